"""Where a site lives on the server: its folders, its three configuration files, its certificate."""

from __future__ import annotations

import base64
import glob
import os
import re

from ansible_collections.infogere.hosting.plugins.module_utils._names import site_home

# nginx and Apache run as this user; it is in the group of every site, and no site is in another's.
WEB_USER = "www-data"
KEY_GROUP = "ssl-cert"
TLS_FOLDER = "/etc/infogere/tls"
FPM = "/usr/sbin/php-fpm"
# Wherever a site leaves something outside its home; archived and removed with it.
LOGS = ("/var/log/nginx/site-{}.*", "/var/log/apache2/site-{}.*")
CRONTAB = "/var/spool/cron/crontabs/{}"
# Stands in rendered files for the PHP version: a request may leave it open, and then the server alone knows it.
PHP_VERSION_MARK = "@PHP_VERSION@"


def installed_php():
    """Versions of PHP-FPM on this server, newest first."""
    found = (path.removeprefix(FPM) for path in glob.glob(f"{FPM}[0-9]*"))
    return sorted((version for version in found if re.fullmatch(r"\d+\.\d+", version)), key=_number, reverse=True)


def nginx_file(site):
    """The front's file of ``site``."""
    return f"/etc/nginx/infogere/sites/{site}.conf"


def apache_file(site):
    """Apache's file of ``site``."""
    return f"/etc/apache2/infogere/sites/{site}.conf"


def pool_file(site, version):
    """The PHP pool of ``site`` under PHP ``version``."""
    return f"/etc/php/{version}/fpm/pool.d/site-{site}.conf"


def pool_socket(site, version):
    """Where the pool of ``site`` listens: a version's own place, so that two can stand by while the site moves."""
    return f"/run/php/{version}-{site}.sock"


def tls_folder(site):
    """Folder of the site's certificate and key."""
    return f"{TLS_FOLDER}/{site}"


def certificate_file(site):
    """The site's certificate with its chain."""
    return f"{tls_folder(site)}/fullchain.pem"


def key_file(site):
    """The site's private key."""
    return f"{tls_folder(site)}/privkey.pem"


def pools_present(site):
    """``{version: path}`` of the pools that ``site`` has now, of any version."""
    paths = {version: pool_file(site, version) for version in _configured_php()}
    return {version: path for version, path in paths.items() if os.path.lexists(path)}


def traces(site, user):
    """Every path that belongs to ``site`` and is not configuration."""
    logs = [path for pattern in LOGS for path in sorted(glob.glob(pattern.format(glob.escape(site))))]
    paths = [site_home(site), tls_folder(site), CRONTAB.format(user), *logs]
    return [path for path in paths if os.path.lexists(path)]


def site_tree(site, user, version, rendered, certificate_once=False):
    """The tree of files and folders of ``site``, as ``_tree_plan.plan`` takes it.

    Args:
        rendered: base64 contents: ``nginx``, ``apache``, ``pool``, and ``fullchain`` and ``privkey`` where
            the controller issues the certificate; ``PHP_VERSION_MARK`` in them becomes ``version``.
        certificate_once: leave a certificate alone that is there: an ACME server renews it.
    """
    home = site_home(site)
    files = [
        _file(nginx_file(site), rendered["nginx"]),
        _file(apache_file(site), _with_version(rendered["apache"], version)),
        _file(pool_file(site, version), _with_version(rendered["pool"], version)),
    ]
    if "privkey" in rendered:
        files += [
            _file(certificate_file(site), rendered["fullchain"], once=certificate_once),
            _file(key_file(site), rendered["privkey"], "0640", KEY_GROUP, sensitive=True, once=certificate_once),
        ]
    return {
        # The home belongs to root: nobody but root renames what is in it, so root may act on these names.
        # It is closed to all but the site's group: otherwise a neighbour's link to a script here, with a rewrite
        # rule to this site's PHP socket, would run it as this site's user.
        "directories": [
            _directory(home, "root", user, "0750"),
            _directory(f"{home}/htdocs", user, user, "2750"),
            *(_directory(f"{home}/{name}", user, user, "0700") for name in ("private", "tmp", "logs")),
            _directory(tls_folder(site), "root", "root", "0755"),
        ],
        "files": files,
        "links": {},
        "absent": [path for other, path in pools_present(site).items() if other != version],
        "owns": [],
        "keeps": [],
    }


def removal_tree(site):
    """The tree without the configuration of ``site``."""
    absent = [nginx_file(site), apache_file(site), *pools_present(site).values()]
    return {"directories": [], "files": [], "links": {}, "absent": absent, "owns": [], "keeps": []}


def _configured_php():
    return [path.split("/")[3] for path in glob.glob("/etc/php/*/fpm/pool.d")]


def _with_version(content, version):
    text = base64.b64decode(content).replace(PHP_VERSION_MARK.encode(), version.encode())
    return base64.b64encode(text).decode()


def _number(version):
    return tuple(int(part) for part in version.split("."))


def _file(path, content, mode="0644", group="root", **attributes):
    return {"path": path, "content": content, "mode": mode, "owner": "root", "group": group, **attributes}


def _directory(path, owner, group, mode):
    return {"path": path, "owner": owner, "group": group, "mode": mode}
