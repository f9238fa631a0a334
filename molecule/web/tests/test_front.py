"""nginx as the TLS front: names, protocols, headers, what it serves itself and what it hands on."""

from __future__ import annotations

import json
import ssl

import pytest
from client import unverified

from infogere import pki, settings


@pytest.mark.parametrize("unit", ["nginx", "apache2"])
def test_runs_and_starts_at_boot(host, unit):
    assert host.service(unit).is_running
    assert host.service(unit).is_enabled


def test_apache_answers_on_loopback_only(host):
    assert host.socket("tcp://127.0.0.1:8080").is_listening
    assert not host.socket("tcp://0.0.0.0:8080").is_listening
    assert not host.socket("tcp://:::8080").is_listening


@pytest.mark.parametrize("checker", ["nginx -t -q", "apache2ctl configtest"])
def test_configuration_is_valid(host, checker):
    assert host.run(checker).rc == 0


def test_only_the_listed_modules_are_loaded(host):
    loaded = host.check_output("apache2ctl -M")
    for module in ("status", "info", "userdir", "cgi", "cgid", "include", "proxy_http"):
        assert f" {module}_module" not in loaded
    assert "mpm_event_module" in loaded


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://nobody.test/", 404),
        ("https://nobody.test/", 421),
        ("http://nobody.test/.well-known/acme-challenge/x", 404),
    ],
)
def test_a_name_that_nobody_has_is_answered_by_no_site(visitor, url, status):
    assert visitor.get(url).status == status


def test_acme_challenges_are_served_in_the_clear(host, visitor, sites):
    host.check_output(
        "install -D -m 0644 /etc/debian_version /var/lib/infogere-web/acme/.well-known/acme-challenge/probe"
    )
    try:
        for name in ("nobody.test", sites[0].domain, sites[1].domain):
            assert visitor.get(f"http://{name}/.well-known/acme-challenge/probe").status == 200
    finally:
        host.check_output("rm -r /var/lib/infogere-web/acme/.well-known")


def test_the_server_s_certificate_is_believed_by_who_has_the_ca(host, visitor):
    name = host.check_output("hostname --fqdn")
    context = ssl.create_default_context(cafile=str(pki.ca_path(settings.load().state_dir)))
    with visitor.handshake(name, context) as connection:
        assert connection.version() == "TLSv1.3"


def test_http_2_is_spoken(visitor):
    context = unverified()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with visitor.handshake("nobody.test", context) as connection:
        assert connection.selected_alpn_protocol() == "h2"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("version", "spoken"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_tls_versions(visitor, version, spoken):
    context = unverified()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    if spoken:
        visitor.handshake("nobody.test", context).close()
    else:
        with pytest.raises(ssl.SSLError):
            visitor.handshake("nobody.test", context)


def test_http_goes_to_https_where_forced(visitor, sites):
    answer = visitor.get(f"http://{sites[0].domain}/a/b?c=d")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{sites[0].domain}/a/b?c=d")


def test_php_knows_the_visitor(host, visitor, sites):
    claims = {"X-Forwarded-For": "192.0.2.66", "X-Real-IP": "192.0.2.66", "Proxy": "http://192.0.2.66"}
    answer = visitor.get(f"https://{sites[0].domain}/test/server.php/more?q=1", headers=claims)
    server = json.loads(answer.text)
    gateway = host.check_output("ip -4 route show default").split()[2]
    assert server["REMOTE_ADDR"] == gateway
    assert (server["HTTPS"], server["SERVER_PORT"], server["REQUEST_SCHEME"]) == ("on", "443", "https")
    assert server["PATH_INFO"] == "/more"
    assert "HTTP_PROXY" not in server
    assert "192.0.2.66" not in answer.text


def test_versions_are_not_told(visitor, sites):
    answer = visitor.get(f"https://{sites[0].domain}/test/who.php")
    assert answer.headers["server"] == "nginx"
    assert "x-powered-by" not in answer.headers


def test_each_site_runs_as_its_own_user(visitor, sites):
    for site in sites:
        assert visitor.get(f"https://{site.domain}/test/who.php").text == site.user


def test_static_files_come_from_nginx(host, visitor, sites):
    """Apache is stopped for the time of the question."""
    host.check_output("systemctl stop apache2")
    try:
        style = visitor.get(f"https://{sites[0].domain}/test/style.css")
        assert (style.status, style.text) == (200, f"/* style of {sites[0].domain} */")
        assert visitor.get(f"https://{sites[0].domain}/test/who.php").status == 502
    finally:
        host.check_output("systemctl start apache2")


@pytest.mark.parametrize("path", ["test/.env", "test/.htaccess", ".git/config", "test/.user.ini"])
def test_hidden_files_stay_hidden(visitor, sites, path):
    site = sites[0]
    site.put(path, "secret")
    try:
        assert visitor.get(f"https://{site.domain}/{path}").status == 404
    finally:
        site.run(f"rm -r {path}")
