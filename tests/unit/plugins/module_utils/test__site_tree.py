"""The files of a site: the PHP version that only the server knows, and names that still fit."""

from __future__ import annotations

import base64

from ansible_collections.infogere.hosting.plugins.module_utils import _site_tree as tree
from ansible_collections.infogere.hosting.plugins.module_utils._vhost import NAME_LIMIT

SOCKET_LIMIT = 107  # characters that Linux takes for the path of a socket


def packed(text):
    return base64.b64encode(text.encode()).decode()


def test_the_version_is_filled_in_where_the_controller_left_it_open():
    asked = f"unix:/run/php/{tree.PHP_VERSION_MARK}-a.example.sock"
    rendered = {"nginx": packed("front"), "apache": packed(asked), "pool": packed(f"listen = {asked}")}
    files = tree.site_tree("a.example", "site-a", "8.2", rendered)["files"]
    contents = {file["path"]: base64.b64decode(file["content"]).decode() for file in files}
    assert contents == {
        "/etc/nginx/infogere/sites/a.example.conf": "front",
        "/etc/apache2/infogere/sites/a.example.conf": "unix:/run/php/8.2-a.example.sock",
        "/etc/php/8.2/fpm/pool.d/site-a.example.conf": "listen = unix:/run/php/8.2-a.example.sock",
    }


def test_the_longest_name_has_a_socket_of_each_version():
    assert len(tree.pool_socket("a" * NAME_LIMIT, "8.2")) <= SOCKET_LIMIT
    assert tree.pool_socket("a.example", "8.2") != tree.pool_socket("a.example", "7.4")
