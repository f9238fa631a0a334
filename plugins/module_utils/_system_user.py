"""The system user behind a site: no shell, no password, a number of its own range."""

from __future__ import annotations

import grp
import pwd

from ansible_collections.infogere.hosting.plugins.module_utils._command import attempt_while, require
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

# Above administrators, below the dynamic range; roles/proftpd lets nobody in below.
LOWEST, HIGHEST = 10_000, 59_999
END_PATIENCE = 60  # seconds for killed processes to be gone
POLL = 0.05


def user_exists(name):
    """True if the system knows ``name``."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def create_user(name, home):
    """Make the user and the group ``name``; ``home`` itself is not created."""
    bounds = [f"{kind}_{end}={value}" for kind in ("UID", "GID") for end, value in (("MIN", LOWEST), ("MAX", HIGHEST))]
    keys = [word for bound in bounds for word in ("--key", bound)]
    group = ["--gid", name] if _group_exists(name) else ["--user-group"]  # left by a run that was killed
    options = ["--home-dir", home, "--no-create-home", "--shell", "/usr/sbin/nologin"]
    require(["useradd", *keys, *group, *options, "--", name], f"creating the user {name}")


def is_member(user, group):
    """True if ``user`` is listed in ``group``."""
    return _group_exists(group) and user in grp.getgrnam(group).gr_mem


def admit(user, group):
    """Let ``user`` into ``group``; a running service learns of it when its workers start anew."""
    require(["gpasswd", "--add", user, group], f"admitting {user} to the group {group}")


def end_processes(name):
    """Kill what runs as the user, until nothing is left of it.

    A PHP that has not heard yet that the user's pool is gone may start one more, and what was killed takes a moment
    to end; ``userdel`` refuses as long as it is there.
    """
    code, _text = attempt_while(
        lambda killed, _text: killed == 0, ["pkill", "-KILL", "-U", name], END_PATIENCE, poll=POLL
    )
    if code == 0:
        raise ModuleError(f"processes of the user {name} do not end; look at: pgrep -a -U {name}")


def remove_user(name):
    """End the user's processes and remove it with its group."""
    end_processes(name)
    require(["userdel", "--", name], f"removing the user {name}")
    if _group_exists(name):  # kept by userdel where the group has other members
        require(["groupdel", "--", name], f"removing the group {name}")


def _group_exists(name):
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
