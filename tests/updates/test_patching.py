"""Plan and apply updates on a real server, from an archive made here: what is applied, and what goes back."""

from __future__ import annotations

import pytest

from doubles.update_bench import BREAKS, RESTART, daemon, entries_of, package

pytestmark = pytest.mark.lab


def test_every_kind_of_change_is_judged(bench):
    before = [
        package("lab-minor", "1.0.1"),
        package("lab-major", "1.0.1"),
        package("lab-epoch", "1.0.1"),
        package("lab-held", "1.0.1"),
        package("lab-user", "1.0.1", Depends="lab-major (= 1.0.1)"),
        package("lab-old", "1.0.1"),
        package("lab-image-6.1.0-17-amd64", "6.1.69-1"),
        package("lab-kernel", "6.1.69-1", Depends="lab-image-6.1.0-17-amd64"),
    ]
    bench.offer(*before)
    bench.install(*(item["name"] for item in before))
    assert bench.server.run("apt-mark hold lab-held").returncode == 0
    bench.offer(
        package("lab-minor", "1.0.2", Depends="lab-new"),
        package("lab-new", "3.1.0"),
        package("lab-major", "1.1.0"),
        package("lab-epoch", "1:1.0.2"),
        package("lab-held", "1.0.2"),
        package("lab-user", "1.0.2", Depends="lab-major (= 1.1.0)"),
        package("lab-taker", "2.0.1"),
        package("lab-image-6.1.0-18-amd64", "6.1.76-1"),
        package("lab-kernel", "6.1.76-1", Depends="lab-image-6.1.0-18-amd64"),
    )
    plan = bench.plan()
    assert bench.verdicts() == {
        "lab-minor": ("minor", "planned"),
        "lab-new": ("minor", "planned"),
        "lab-major": ("major", "refused"),
        "lab-user": ("minor", "refused"),
        "lab-epoch": ("major", "refused"),
        "lab-image-6.1.0-18-amd64": ("minor", "planned"),
        "lab-kernel": ("minor", "planned"),
    }
    assert plan["held"] == [["lab-held", "1.0.1", "1.0.2", "hold"]]
    done = bench.apply()
    assert done.returncode == 0, done.stdout
    assert [bench.version(name) for name in ("lab-minor", "lab-new", "lab-user", "lab-epoch", "lab-held")] == [
        "1.0.2",
        "3.1.0",
        "1.0.1",
        "1.0.1",
        "1.0.1",
    ]
    # What came as a dependency stays one; what was wanted stays wanted.
    assert bench.server.run("apt-mark showauto lab-new lab-minor").stdout.split() == ["lab-new"]
    assert not bench.plan()["changes"] or all(c["verdict"] == "refused" for c in bench.frozen()["changes"])


def test_an_update_that_removes_something_is_no_minor_update(bench):
    bench.offer(package("lab-a", "1.0.1"), package("lab-b", "1.0.1"))
    bench.install("lab-a", "lab-b")
    bench.offer(package("lab-a", "1.0.2", Breaks="lab-b", Replaces="lab-b", Conflicts="lab-b"))
    bench.plan()
    verdicts = bench.verdicts()
    assert all(verdict == "refused" for _class, verdict in verdicts.values()), verdicts
    assert bench.apply().returncode == 0
    assert bench.version("lab-b") == "1.0.1"


def test_a_service_that_does_not_survive_comes_back(bench):
    bench.server.run("echo setting > /etc/lab-setting")
    bench.offer(package("lab-first", "1.0.1"), daemon("1.0.1"))
    bench.install("lab-first")
    bench.offer(
        package("lab-first", "1.0.2"),  # comes before the service, and goes back with it
        daemon("1.0.2", BREAKS, postinst=f"echo broken > /etc/lab-setting; {RESTART} || true"),
    )
    bench.plan()
    done = bench.apply()
    assert done.returncode != 0
    assert "the previous versions are back" in done.stdout
    assert [bench.version(name) for name in ("lab-first", "lab-daemon")] == ["1.0.1", "1.0.1"]
    assert bench.server.run("cat /etc/lab-setting").stdout == "setting\n"
    assert bench.server.run("curl -s http://127.0.0.1:8099/ || python3 -c 'import urllib.request as r; "
                            "r.urlopen(\"http://127.0.0.1:8099/\")'").returncode == 0  # fmt: skip
    entries = entries_of(bench.server)
    updated = next(entry for entry in entries if entry["kind"] == "packages-updated")
    assert updated["data"]["outcome"] == "rolled-back"
    interruption = next(entry for entry in entries if entry["kind"] == "interruption")
    assert interruption["data"]["service"] == "daemon"
    assert interruption["data"]["seconds"] >= 1


def test_a_failing_script_is_rolled_back(bench):
    bench.offer(package("lab-script", "1.0.1"))
    bench.install("lab-script")
    bench.offer({**package("lab-script", "1.0.2"), "postinst": "exit 1"})
    bench.plan()
    done = bench.apply()
    assert done.returncode != 0
    assert "lab-script" in done.stdout
    assert bench.version("lab-script") == "1.0.1"
    assert bench.server.run("dpkg --audit").stdout == ""


def test_a_plan_that_changed_overnight_is_not_applied(bench):
    bench.offer(package("lab-night", "1.0.1"))
    bench.install("lab-night")
    bench.offer(package("lab-night", "1.0.2"))
    bench.plan()
    bench.offer(package("lab-night", "1.0.3"))
    bench.server.run("apt-get update -q")
    done = bench.apply()
    assert done.returncode != 0
    assert "the plan has 1.0.2, the archives now offer 1.0.3" in " ".join(done.stdout.split())
    assert bench.version("lab-night") == "1.0.1"


def test_a_service_that_is_down_before_stops_the_run(bench):
    bench.offer(package("lab-other", "1.0.1"))
    bench.install("lab-other")
    bench.offer(package("lab-other", "1.0.2"))
    bench.plan()
    bench.server.run("systemctl stop lab-daemon")
    done = bench.apply()
    assert done.returncode != 0
    assert "before the update, daemon" in " ".join(done.stdout.split())
    assert bench.version("lab-other") == "1.0.1"


def test_a_version_that_no_archive_has_any_more_can_still_be_put_back(bench):
    bench.server.run("rm /srv/archive/*.deb")
    bench.offer(daemon("1.0.2", BREAKS, postinst=f"{RESTART} || true"))
    bench.plan()
    done = bench.apply()
    assert "the previous versions are back" in done.stdout, done.stdout
    assert bench.version("lab-daemon") == "1.0.1"
    assert bench.server.run("systemctl is-active lab-daemon").stdout == "active\n"


# As Debian's packages do: stop it before the files change, start it when they are there.
STOPS = "invoke-rc.d lab-daemon stop"
STARTS = "systemctl daemon-reload; deb-systemd-invoke start lab-daemon.service"
NOTE = "touch /srv/unpacked; until test -e /srv/go; do sleep 0.1; done"


def test_a_service_runs_on_while_its_packages_are_replaced_and_is_restarted_once(bench):
    bench.offer(daemon("1.0.1"), package("lab-far", "1.0.1"))
    bench.install("lab-far")
    bench.offer(
        daemon("1.0.2", preinst=STOPS, postinst=f"{NOTE}; {STARTS}"),
        {**package("lab-far", "1.0.2"), "postinst": "test -e /usr/share/lab-far/version"},
    )
    bench.plan()
    bench.server.run("rm -f /srv/unpacked /srv/go")
    before, started = bench.invocation("lab-daemon"), bench.starts("lab-daemon")
    run = bench.start()
    bench.wait_for("test -e /srv/unpacked")
    # What comes with no service is done by then.
    assert bench.version("lab-far") == "1.0.2"
    assert bench.invocation("lab-daemon") == before
    bench.server.run("touch /srv/go")
    assert run.wait(300) == 0
    assert bench.invocation("lab-daemon") != before
    assert bench.starts("lab-daemon") == started + 1
    assert not bench.server.run("ls /usr/sbin/policy-rc.d").stdout


def test_a_package_that_the_plan_leaves_out_is_not_brought_along_by_its_source(bench):
    old, new = {"Source": "lab-source (1)"}, {"Source": "lab-source (2)"}
    bench.offer(package("lab-one", "1.0.1", **old), package("lab-two", "1.0.1", **old))
    bench.install("lab-one", "lab-two")
    bench.offer(package("lab-one", "1.0.2", **new), package("lab-two", "1.1.0", **new))
    bench.plan()
    assert bench.verdicts() == {"lab-one": ("minor", "planned"), "lab-two": ("major", "refused")}
    done = bench.apply()
    assert done.returncode == 0, done.stdout
    assert [bench.version(name) for name in ("lab-one", "lab-two")] == ["1.0.2", "1.0.1"]
