"""Waiting for a server, whatever it was doing when it was asked for; podman is a double."""

from __future__ import annotations

import itertools
import subprocess
from types import SimpleNamespace

import pytest

from infogere.errors import InfogereError
from infogere.lab import podman, servers

SERVER = servers.Server("web1", "web1.infogere.test", "10.99.7.10", "image")


@pytest.fixture
def container(monkeypatch):
    """A container that says these words of systemd, one each time; returns what podman was asked for."""
    asked = []

    def install(*said):
        words = iter(said)
        state = {"runs": True}

        def attempt(*arguments, data=None):
            asked.append(arguments[0])
            if arguments[0] == "start":
                state["runs"] = True
            if arguments[0] != "exec":
                return subprocess.CompletedProcess([], 0, b"running\n" if state["runs"] else b"exited\n", b"")
            word = next(words)
            state["runs"] = word != "gone"
            return subprocess.CompletedProcess([], int(not word), b"" if word == "gone" else word.encode(), b"")

        monkeypatch.setattr(podman, "attempt", attempt)
        monkeypatch.setattr(servers, "_ssh_greets", lambda _address: True)
        return asked

    return install


def test_a_server_that_boots_is_waited_for(container):
    asked = container("", "starting\n", "running\n")
    servers._wait(SERVER)
    assert "start" not in asked


def test_a_server_that_was_still_going_down_is_started(container):
    asked = container("stopping\n", "gone", "gone", "running\n")
    servers._wait(SERVER)
    assert asked.count("start") == 2


def test_what_is_missing_is_named(container, monkeypatch):
    container("running\n")
    clock = itertools.count()
    monkeypatch.setattr(servers, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _seconds: None))
    monkeypatch.setattr(servers, "_ssh_greets", lambda _address: False)
    with pytest.raises(InfogereError, match=r"SSH is not up after 300 s -> look in: .* infogere-\w+-web1"):
        servers._wait(SERVER)
