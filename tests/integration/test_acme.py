"""Certificates of a real ACME server (Debian's pebble): obtained, served, renewed, refused.

The ACME server looks the names up in a DNS of its own and fetches its answers from port 80 of the server under test.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infogere.lab.clients import ftp, mail, web
from infogere.lab.clients.mailadmin import Panel
from infogere.lab.clients.webmail import Webmail
from infogere.lab.subject import Subject
from neighbours import acme as acme_server
from neighbours.patience import until

pytestmark = pytest.mark.lab

SITE, ALIAS = "secure.example.com", "www.secure.example.com"
UNKNOWN = "nowhere.example.com"
CONVERGE, PROVISION = "infogere.hosting.site", "infogere.hosting.provision"
HTTPS_CA = "/etc/ssl/acme-https.pem"
DAEMONS = "nginx postfix dovecot proftpd"
# As a provider with an ACME server of its own does: what it issues is trusted by the server's own programs too.
TRUST = (
    "cat > /usr/local/share/ca-certificates/acme-root.crt && update-ca-certificates > /dev/null && "
    "test -s /etc/ssl/certs/acme-root.pem"
)
# A certificate is due as soon as it is there: what certbot sees thirty days before its end.
DUE = "sed -i -E 's/^(# )?renew_before_expiry.*//; 1i renew_before_expiry = 9 years' /etc/letsencrypt/renewal/*.conf"


@dataclass(frozen=True)
class World:
    """A server that gets its certificates from ``acme``, and how it is told so."""

    server: Any
    acme: acme_server.AcmeServer

    @property
    def settings(self) -> dict[str, str]:
        return {
            "acme_directory": self.acme.directory,
            "acme_contact": "hostmaster@example.com",
            "acme_ca_bundle": HTTPS_CA,
        }

    @property
    def names(self) -> list[str]:
        name = self.server.name
        return [name, f"webmail.{name}", f"mailadmin.{name}"]

    @property
    def subject(self) -> Subject:
        return Subject(self.server.machine, self.server.state_dir)

    def resolve(self, *more: str) -> None:
        """Let the server's own names and ``more`` lead to the server."""
        self.acme.resolve(self.server.address, *self.names, *more)

    def site(self, name: str, ca: Path | None = None) -> web.Site:
        return web.Site(self.server.address, name, ca or self.acme.root)

    def converge(self, **settings: Any) -> Any:
        return self.server.playbook(CONVERGE, {**self.settings, **settings})

    def provision(self, **request: Any) -> Any:
        request = {"kind": "vhost", "server": self.server.name, **request}
        return self.server.playbook(PROVISION, {**self.settings, "request": request})

    def presented(self, port: int, name: str) -> str:
        """Serial number of the certificate that ``name`` presents on a port with TLS from the start."""
        asking = ssl.create_default_context(cafile=str(self.acme.root))
        with (
            socket.create_connection((self.server.address, port), timeout=20) as plain,
            asking.wrap_socket(plain, server_hostname=name) as secured,
        ):
            return str((secured.getpeercert() or {})["serialNumber"])

    def is_trusted(self) -> bool:
        """Whether every service presents a certificate of the ACME server already."""
        name = self.server.name
        try:
            for port in (443, 465, 993):
                self.presented(port, name)
            self._ftp_serial()
            for port in (25, 587):
                mail.offers_password(mail.Server(self.server.address, name, self.acme.root), port, secure=True)
        except ssl.SSLCertVerificationError:
            return False
        return True

    def serials(self) -> dict[str, str]:
        """What is presented now: the web, mail in and out, and the site."""
        name = self.server.name
        return {
            "web": self.presented(443, name),
            "submission": self.presented(465, name),
            "imap": self.presented(993, name),
            "ftp": self._ftp_serial(),
            "site": self.presented(443, SITE),
        }

    def _ftp_serial(self) -> str:
        client = ftp.Client(self.server.address, self.server.name, self.acme.root)
        try:
            client.auth()
            control: Any = client.sock
            return str(control.getpeercert()["serialNumber"])
        finally:
            client.close()


@pytest.fixture(scope="module")
def world(lab, tmp_path_factory) -> World:
    acme = acme_server.start(lab.bare("acme", acme_server.DEBIAN).machine, tmp_path_factory.mktemp("acme"))
    server = lab.provisioned("tls")
    assert server.run(TRUST, acme.root.read_text()).returncode == 0
    assert server.run(f"cat > {HTTPS_CA}", acme.https_ca).returncode == 0
    made = World(server, acme)
    made.resolve(SITE, ALIAS)
    done = made.converge()
    assert done.returncode == 0, done.stdout
    # The services were told of the certificate, and hear of it in their own time.
    assert until(made.is_trusted)
    return made


@pytest.fixture(scope="module")
def site(world) -> web.Site:
    """A site that was ordered after the server had got its own certificate."""
    done = world.provision(name=SITE, aliases=[ALIAS])
    assert done.returncode == 0, done.stdout
    return world.site(SITE)


def one_line(done: Any) -> str:
    """What a run said, on one line; asserts that it failed without a traceback."""
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return " ".join(said.split())


def pids(server: Any) -> str:
    return str(server.run(f"systemctl show --property=MainPID {DAEMONS}").stdout)


def test_every_service_presents_the_servers_certificate(world) -> None:
    for name in world.names:
        assert world.site(name).get("/").status < 500
    program = mail.Server(world.server.address, world.server.name, world.acme.root)
    for port in (25, 587):
        mail.offers_password(program, port, secure=True)  # shakes hands, or raises
    assert world.presented(465, world.server.name) == world.presented(993, world.server.name)
    assert world.acme.validations()


def test_the_webmail_trusts_the_mail_server_behind_it(world) -> None:
    subject, login = world.subject, world.subject.mailbox("acme")
    password = subject.secret(f"mail_administrator/{subject.mail_administrator}")
    panel = Panel(world.server.address, subject.mail_panel, world.acme.root, subject.mail_administrator, password)
    panel.make_mailbox(login.user, login.password)
    Webmail(world.server.address, subject.webmail, world.acme.root, login).filters()


def test_a_second_converge_changes_nothing(world) -> None:
    again = world.converge()
    assert again.returncode == 0, again.stdout
    assert "changed=0 " in again.stdout


def test_a_site_is_served_under_all_its_names(world, site) -> None:
    assert site.get("/").status == 200
    assert world.site(ALIAS).get("/").status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        world.site(SITE, world.server.ca).get("/")  # it was the controller's only until the ACME server had come


def test_the_same_request_again_changes_nothing(world, site) -> None:
    before = world.serials()
    done = world.provision(name=SITE, aliases=[ALIAS])
    assert done.returncode == 0, done.stdout
    assert "as it was" in done.stdout
    assert world.serials() == before


def test_a_due_certificate_is_renewed_and_every_service_reads_it(world, site) -> None:
    before, running = world.serials(), pids(world.server)
    assert world.server.run(DUE).returncode == 0
    renewed = world.server.run("systemctl start certbot.service")
    assert renewed.returncode == 0, world.server.run("journalctl --unit=certbot --no-pager -n 20").stdout
    # The hook told the services, and returned before the last of them has heard of it.
    assert until(lambda: not set(before.values()) & set(world.serials().values()))
    after = world.serials()
    assert len({after[name] for name in ("web", "submission", "imap", "ftp")}) == 1
    assert pids(world.server) == running
    world.server.run("sed -i '/^renew_before_expiry/d' /etc/letsencrypt/renewal/*.conf")
    again = world.converge()
    assert "changed=0 " in again.stdout, again.stdout


def test_the_timer_of_the_renewals_runs(world) -> None:
    assert world.server.run("systemctl is-active certbot.timer && systemctl is-enabled certbot.timer").returncode == 0


def test_an_unknown_alias_is_refused_and_the_old_certificate_stays(world, site) -> None:
    before = world.serials()
    said = one_line(world.provision(name=SITE, aliases=[ALIAS, UNKNOWN]))
    assert f"gives no certificate for {SITE}, {UNKNOWN}, {ALIAS}" in said
    assert "do these names lead to this server, and is its port 80 open? The certificate in use stays" in said
    assert world.serials() == before
    assert site.get("/").status == 200

    world.resolve(SITE, ALIAS, UNKNOWN)
    done = world.provision(name=SITE, aliases=[ALIAS, UNKNOWN])
    assert done.returncode == 0, done.stdout
    assert world.site(UNKNOWN).get("/").status == 200
    world.resolve(SITE, ALIAS)


def test_a_new_site_whose_name_leads_nowhere_is_up_with_the_controllers_certificate(world) -> None:
    name = f"new.{UNKNOWN}"
    said = one_line(world.provision(name=name))
    assert f"gives no certificate for {name}" in said
    assert world.site(name, world.server.ca).get("/").status == 200
    done = world.provision(name=name, state="absent")
    assert done.returncode == 0, done.stdout


def test_an_unknown_name_of_the_server_is_refused_and_the_services_go_on(world, site) -> None:
    before = world.serials()
    said = one_line(world.converge(certificates_names=[*world.names, UNKNOWN]))
    assert f"gives no certificate for {world.server.name}" in said
    assert world.serials() == before
    healed = world.converge()
    assert healed.returncode == 0, healed.stdout
    assert world.serials() == before


def test_a_removed_site_is_renewed_no_more(world) -> None:
    name = "gone.example.com"
    world.resolve(SITE, ALIAS, name)
    assert world.provision(name=name).returncode == 0
    assert world.server.run(f"test -e /etc/letsencrypt/live/{name}").returncode == 0
    done = world.provision(name=name, state="absent")
    assert done.returncode == 0, done.stdout
    left = world.server.run(f"find /etc/letsencrypt /etc/infogere/tls -name '{name}*'").stdout
    assert left == ""
