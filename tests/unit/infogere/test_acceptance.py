"""What must hold before a server is handed over."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest

from infogere import acceptance, pki
from infogere.acceptance import inside, outside
from infogere.pki.paths import ca_path

SEEN = {
    "units": {"nginx.service": "active", "rspamd.service": "active", "cron.timer": "active"},
    "address": "192.0.2.10",
    "dynamic": False,
}


def judged(seen=None, **more):
    given = {"ordered": (), "options": {"antispam": ["rspamd"]}, "stack": True, "address": "", **more}
    return {check.name: (check.passed, check.seen) for check in inside({**SEEN, **(seen or {})}, **given)}


def test_a_sound_server_passes():
    assert judged(ordered=["antispam", "restore", "engineer_fix"]) == {
        "fixed-address": (True, "192.0.2.10"),
        "units": (True, "nginx, rspamd, cron.timer"),
        "options": (True, "antispam"),
    }


@pytest.mark.parametrize(
    ("seen", "more", "name", "why"),
    [
        ({"address": ""}, {}, "fixed-address", "the server has no route to the Internet"),
        ({"dynamic": True}, {}, "fixed-address", "192.0.2.10 is lent for a time"),
        ({}, {"address": "192.0.2.99"}, "fixed-address", "192.0.2.99 was promised, the server has 192.0.2.10"),
        ({"units": {"nginx.service": "failed"}}, {}, "units", "nginx.service is failed"),
        ({"units": {}}, {}, "units", "nothing is known of the services of this level"),
        ({}, {"ordered": ["backup"]}, "options", "backup ordered, but nothing that runs"),
        ({"units": {"rspamd.service": "inactive"}}, {"ordered": ["antispam"]}, "options", "antispam ordered"),
    ],
)
def test_each_fault_is_named(seen, more, name, why):
    passed, said = judged(seen, **more)[name]
    assert not passed
    assert said.startswith(why)


def test_a_unit_that_reads_its_settings_again_does_its_work():
    units = {"nginx.service": "reloading", "rspamd.service": "reloading"}
    assert [passed for passed, _ in judged({"units": units}, ordered=["antispam"]).values()] == [True, True, True]


def test_a_reserved_address_may_be_lent():
    assert judged({"dynamic": True}, address="192.0.2.10")["fixed-address"] == (True, "192.0.2.10")


def test_hardware_alone_has_no_services():
    assert set(judged({"units": {}}, stack=False)) == {"fixed-address"}


@pytest.fixture
def tls_server(tmp_path):
    """A TLS server with a certificate of the private CA for ``web1.example.net``."""
    issued = pki.issue(tmp_path, "web1.example.net", "server", ["web1.example.net"])
    pem = tmp_path / "server.pem"
    pem.write_text(issued.fullchain + issued.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(client, server_side=True).close()
                except OSError:
                    client.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], tmp_path
        listener.shutdown(socket.SHUT_RDWR)


def looked(port, state_dir, monkeypatch, name="web1.example.net", closed=()):
    monkeypatch.setattr(acceptance, "TLS_PORTS", frozenset({port}))
    return {check.name: check for check in outside("127.0.0.1", name, [port, *closed], ca_path(state_dir))}


def test_from_outside(tls_server, monkeypatch):
    checks = looked(*tls_server, monkeypatch)
    assert {name: check.passed for name, check in checks.items()} == {
        "reachable": True,
        "ports": True,
        "certificate": True,
    }
    assert checks["certificate"].seen.startswith("web1.example.net, 2")


def test_a_certificate_for_another_name(tls_server, monkeypatch):
    check = looked(*tls_server, monkeypatch, name="web2.example.net")["certificate"]
    assert not check.passed
    assert "web2.example.net" in check.seen


def test_a_certificate_of_an_unknown_authority(tls_server, tmp_path, monkeypatch):
    check = looked(tls_server[0], tmp_path / "nowhere", monkeypatch)["certificate"]
    assert (check.passed, "certificate" in check.seen) == (False, True)


def test_a_closed_port_is_named(tls_server, monkeypatch):
    checks = looked(*tls_server, monkeypatch, closed=[1])
    assert (checks["reachable"].passed, checks["ports"].passed) == (True, False)
    assert checks["ports"].seen == "1: Connection refused"


def test_a_server_that_does_not_answer(tmp_path):
    checks = {check.name: check for check in outside("127.0.0.1", "web1", [1], tmp_path)}
    assert not checks["reachable"].passed
