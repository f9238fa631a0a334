"""What a run makes of a reboot, its own or one that an earlier run has left; the server is a double."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.infogere.hosting.plugins.action.server_reboot import ActionModule

from infogere.fleet.models import OrderForm, Server
from infogere.patching import keeping
from infogere.record.entries import Decision
from infogere.record.reading import Reader
from infogere.record.store import Store

NOW = datetime.now(UTC).replace(microsecond=0)
LAST_WEEK = NOW - timedelta(days=7)
WAITS = {"packages": ["linux-image-amd64"], "services": [], "kernel": "6.1"}


class Host(ActionModule):
    """The action plugin on a server in memory.

    Attributes:
        noted: the server's own note of a reboot that it has begun.
        healthy, stuck: whether its services answer; whether it never goes down.
    """

    def __init__(self):
        self.boot, self.noted, self.pending = 1, None, True
        self.healthy, self.stuck, self.asked = True, False, []
        self.up_since = int((LAST_WEEK + timedelta(seconds=40)).timestamp())
        self._task = type("Task", (), {"check_mode": False})()
        self._templar = None  # the variables of this server are none
        self._connection = type("Connection", (), {"transport": "local", "reset": lambda _: None})()

    def call(self, params, _):
        if self.module == "health_checks":
            return {} if self.healthy else {"failed": True, "msg": "nginx: refused"}
        self.asked.append(params["event"])
        if params["event"] == "reboot":
            self.goes_down(datetime.now(UTC), params["works"], params["decision"])
        if params["event"] in {"forget", "cancel"}:
            self.noted = None
        seen = {**WAITS, "pending": self.pending, "boot": f"b.{self.boot}", "up_since": self.up_since}
        return {**seen, "begun": self.noted if self.noted and self.noted["boot"] != seen["boot"] else None}

    def goes_down(self, began, works, decision=None):
        self.noted = {**WAITS, "boot": f"b.{self.boot}", "began": began.isoformat()}
        self.noted |= {"works": works, "decision": decision}
        if not self.stuck:
            self.boot, self.pending = self.boot + 1, False

    def run(self, works):
        params = {"patience": 0, "health_patience": 0, "works": works, "decision": None, "keep_works_open": True}
        return self._rebooted(params, "web1", {})


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.setenv("INFOGERE_RECORD_URL", f"sqlite:///{tmp_path / 'record.db'}")
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    form = OrderForm.model_validate({"id": "OF-1", "customer": "c", "level": "custom"})
    monkeypatch.setattr(keeping, "server_of", lambda name, _: Server(name, form))
    host = Host()
    host.url, host.state_dir = f"sqlite:///{tmp_path / 'record.db'}", tmp_path
    host.entries = functools.partial(entries, host.url)
    return host


def entries(url, kind="rebooted"):
    with Reader(url) as reader:
        return [entry.typed() for entry in reader.entries(kind=kind)]


def test_a_reboot_after_an_unhealthy_one_is_a_new_one_in_its_own_works(host):
    host.healthy = False
    with pytest.raises(AnsibleActionFail, match="not whole: nginx: refused"):
        host.run("W-1")
    assert host.noted is None, "it is on record; what is mended later is no reboot"
    host.healthy = host.pending = True
    host.run("W-2")
    assert [(one.outcome, one.works, one.boot_after) for one in host.entries()] == [
        ("unhealthy", "W-1", "b.2"),
        ("ok", "W-2", "b.3"),
    ]


def test_what_an_earlier_run_left_is_completed_in_its_works_and_what_waits_since_is_done(host):
    host.goes_down(LAST_WEEK, "W-1")
    host.pending = True
    host.run("W-2")
    old, new = host.entries()
    assert (old.works, old.began, old.seconds, old.boot_after) == ("W-1", LAST_WEEK, 40, "b.2")
    assert (new.works, new.boot_before, new.boot_after) == ("W-2", "b.2", "b.3")
    assert new.began >= NOW


@pytest.mark.parametrize(("noted", "kept"), [(1, 1), (2, None), (500, None)])
def test_it_names_the_decision_of_the_run_that_asked_if_the_record_has_it(host, noted, kept):
    facts = {
        "terms": "HBT-20220901-01",
        "run": "r",
        "at": LAST_WEEK,
        "action": "reboot",
        "allowed": True,
        "reason": "-",
    }
    with Store(host.url, host.state_dir) as store:
        for name in ("web1", "web2"):
            store.append(Decision.model_validate({**facts, "server": name, "contract": "OF-1"}), now=LAST_WEEK)
    host.goes_down(LAST_WEEK, "", noted)
    host.run("")
    assert [one.follows for one in host.entries()] == [kept]


def test_where_nothing_waits_since_the_server_is_not_rebooted_again(host):
    host.goes_down(LAST_WEEK, "W-1")
    host.run("W-2")
    assert ([one.works for one in host.entries()], "reboot" in host.asked) == (["W-1"], False)


def test_an_outage_does_not_end_before_its_services_were_mended(host):
    host.goes_down(LAST_WEEK, "W-1")
    noted, host.healthy = host.noted, False
    with pytest.raises(AnsibleActionFail, match="not whole"):
        host.run("W-1")
    host.noted, host.healthy = noted, True  # the run died before the server could forget it
    host.run("W-1")
    assert host.entries()[-1].seconds >= timedelta(days=7).total_seconds()


def test_it_is_on_record_once_if_the_server_could_not_forget_it(host):
    host.goes_down(LAST_WEEK, "W-1")
    noted = host.noted
    host.run("W-1")
    host.noted = noted
    host.run("W-1")
    assert (len(host.entries()), len(host.entries("interruption"))) == (1, 1)


def test_a_server_that_does_not_go_down_is_not_to_go_down_later(host):
    host.stuck = True
    with pytest.raises(AnsibleActionFail, match="its reboot is cancelled"):
        host.run("W-1")
    assert (host.asked[-1], host.noted) == ("cancel", None)
