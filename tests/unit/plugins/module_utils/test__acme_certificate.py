"""What is done about an ACME certificate in each state of a server; certbot, openssl and the hook are doubles."""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _acme_certificate as acme
from ansible_collections.infogere.hosting.plugins.module_utils import _command as command
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

DIRECTORY = "https://acme.example/dir"
NAMES = ["web1.example.org", "webmail.web1.example.org"]


class Server:
    """A server's certbot folder and deploy folder; ``commands`` are the programs that were started."""

    def __init__(self, root):
        self.root = root
        self.commands = []
        self.kept_names = NAMES
        self.due = False
        self.refusal = ""
        self.busy = 0  # times that another certbot is at work
        self.params = {
            "name": "server",
            "hostnames": NAMES,
            "directory": DIRECTORY,
            "contact": "",
            "ca_bundle": "",
            "webroot": "/acme",
            "deploy_hook": "/hook",
            "deploy_folder": str(root / "tls"),
        }

    def keep(self, *, directory=DIRECTORY, deployed=True):
        for folder in ("live/server", "renewal"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "renewal/server.conf").write_text(f"[renewalparams]\nserver = {directory}\n")
        (self.root / "tls").mkdir()
        for name in ("fullchain.pem", "privkey.pem"):
            (self.root / "live/server" / name).write_text(name)
            (self.root / "tls" / name).write_text(name if deployed else "placeholder")

    def attempt(self, argv, **_options):
        if argv[0] == "openssl":
            return int(self.due), ", ".join(f"DNS:{name}" for name in self.kept_names)
        self.commands.append(argv)
        if argv[0] == "certbot" and self.busy:
            self.busy -= 1
            return 1, "Another instance of Certbot is already running.\nAsk for help or search for solutions"
        return (1, self.refusal) if self.refusal else (0, "")

    @property
    def programs(self):
        return [argv[0] for argv in self.commands]


@pytest.fixture
def server(tmp_path, monkeypatch):
    server = Server(tmp_path)
    monkeypatch.setattr(acme, "CERTBOT_FOLDER", str(tmp_path))
    monkeypatch.setattr(acme, "attempt", server.attempt)
    monkeypatch.setattr(command, "attempt", server.attempt)
    monkeypatch.setattr(acme, "change_lock", lambda _purpose: contextlib.nullcontext())
    return server


def test_nothing_is_done_about_a_good_certificate(server):
    server.keep()
    assert acme.run(server.params, False)["changed"] is False
    assert server.commands == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("state", "actions", "programs"),
    [
        ("none", ["obtain", "deploy"], ["certbot", "/hook"]),
        ("other directory", ["obtain", "deploy"], ["certbot", "/hook"]),
        ("other names", ["obtain", "deploy"], ["certbot", "/hook"]),
        ("due", ["obtain", "deploy"], ["certbot", "/hook"]),
        ("not deployed", ["deploy"], ["/hook"]),
    ],
)
def test_what_is_wrong_decides_what_is_done(server, state, actions, programs, check_mode):
    if state != "none":
        directory = "https://staging.example/dir" if state == "other directory" else DIRECTORY
        server.keep(directory=directory, deployed=state != "not deployed")
    server.kept_names = NAMES[:1] if state == "other names" else NAMES
    server.due = state == "due"
    result = acme.run(server.params, check_mode)
    assert (result["changed"], result["actions"]) == (True, actions)
    assert server.programs == ([] if check_mode else programs)


def test_certbot_is_asked_for_exactly_these_names(server):
    acme.run({**server.params, "contact": "hostmaster@example.org"}, False)
    argv = server.commands[0]
    assert [argv[n + 1] for n, word in enumerate(argv) if word == "--domain"] == NAMES
    assert argv[argv.index("--email") + 1] == "hostmaster@example.org"
    assert argv[argv.index("--server") + 1] == DIRECTORY


def test_a_refusal_is_told_in_the_acme_server_s_words(server):
    server.refusal = "Challenge failed:\n  Domain: x\n  Type:   dns\n  Detail: no such name\n\nHint: much advice\n"
    with pytest.raises(ModuleError, match=r"no such name; do these names lead to this server"):
        acme.run(server.params, False)
    assert server.programs == ["certbot"]


def test_a_renewal_that_is_at_work_is_waited_for(server, monkeypatch):
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: None)
    server.busy = 2
    assert acme.run(server.params, False)["changed"]
    assert server.programs == ["certbot", "certbot", "certbot", "/hook"]


def test_one_that_never_ends_is_told(server, monkeypatch):
    monkeypatch.setattr(acme, "PATIENCE", -1)
    server.busy = 2
    with pytest.raises(ModuleError, match="Another instance of Certbot is already running"):
        acme.run(server.params, False)


@pytest.mark.parametrize("name", ["../x", "", "-d", "A"])
def test_a_name_that_is_a_path_or_an_option_is_refused(server, name):
    with pytest.raises(ModuleError, match="cannot name a certificate"):
        acme.run({**server.params, "name": name}, False)
