"""What maintainer scripts may do with services while packages are installed: Debian's ``policy-rc.d``, for a while.

``invoke-rc.d`` and ``deb-systemd-invoke`` ask that program before each start, stop and restart. Two policies are ours:
nothing starts (a first installation), and nothing that runs is disturbed (an update).
"""

from __future__ import annotations

import contextlib
import os

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._lock import LOCK_FILE, STATE_FOLDER
from ansible_collections.infogere.hosting.plugins.module_utils._transaction import write_file

POLICY = "/usr/sbin/policy-rc.d"
POLICY_ASIDE = "/usr/sbin/policy-rc.d.infogere-saved"
MARK = "# Put here by infogere for the time of one package transaction."
# What runs already may be restarted by its own upgrade; nothing else starts.
NO_STARTS = f"""#!/bin/sh
{MARK}
case "$2" in restart|try-restart|reload|force-reload) systemctl is-active --quiet "$1" && exit 0 ;; esac
exit 101
"""
# 101 tells the script that its wish was forbidden, and it goes on. A stop in a postinst is obeyed: by then the new
# files are there, and the script is about to touch what the service holds open. Whoever started the service again
# since, a socket for instance, started it from the new files.
NO_DISTURBANCE = f"""#!/bin/sh
{MARK}
[ "$1" = --quiet ] && shift
package=${{DPKG_MAINTSCRIPT_PACKAGE:-none}}
# Left behind by a run that was killed: nobody holds the lock of changes.
flock --nonblock @LOCK@ true && exit 0
case " @REMOVED@ " in *" $package "*) exit 0 ;; esac
case "$2 $DPKG_MAINTSCRIPT_NAME" in
  *status*) exit 0 ;;
  "stop postinst") echo "Stopped=$package/${{1%.service}}" >>@NOTES@; exit 0 ;;
esac
unit=$(systemctl show --property=Id,ActiveState,InvocationID "$1") || exit 0
case "$unit" in
  *ActiveState=active*|*ActiveState=reloading*) ;;
  *) exit 0 ;;
esac
grep -qsx "Stopped=$package/${{1%.service}}" @NOTES@ && exit 101
# In one line; the words have no blanks.
echo $unit >>@NOTES@
exit 101
"""


def no_disturbance(notes, removed, lock=f"{STATE_FOLDER}/{LOCK_FILE}"):
    """The policy of an update: what runs is left alone, and what it should have been told is noted down.

    Args:
        notes: file that gets a line for each refusal, for ``refused_in``; its path has no blanks.
        removed: names of packages that are removed; they may stop what they ran.
        lock: the lock that is held as long as the policy is wanted.
    """
    names = " ".join(name.partition(":")[0] for name in removed)
    return NO_DISTURBANCE.replace("@NOTES@", notes).replace("@REMOVED@", names).replace("@LOCK@", lock)


def refused_in(notes):
    """``{unit: invocation}`` that a script wanted to restart, stop or reload, as it ran when it was last refused."""
    refused = {}
    with contextlib.suppress(FileNotFoundError), open(notes, encoding="utf-8") as lines:
        for line in lines:
            said = dict(word.partition("=")[::2] for word in line.split())
            if "Id" in said:
                refused[said["Id"]] = said.get("InvocationID", "")
    return refused


@contextlib.contextmanager
def service_policy(text):
    """Let ``text`` decide for the time of a transaction; a policy of the server's own is put back afterwards.

    Raises:
        ModuleError: see ``require_one_policy``.
    """
    require_one_policy()
    try:
        if _is_theirs():
            os.replace(POLICY, POLICY_ASIDE)
        write_file(POLICY, text.encode("ascii"), 0o755, os.geteuid(), os.getegid())
        yield
    finally:
        if os.path.lexists(POLICY_ASIDE):
            os.replace(POLICY_ASIDE, POLICY)
        elif os.path.lexists(POLICY) and not _is_theirs():
            os.unlink(POLICY)


def require_one_policy():
    """Refuse to choose between two policies of the server's own.

    Raises:
        ModuleError: somebody wrote one while another was still set aside by a run that was killed.
    """
    if os.path.lexists(POLICY_ASIDE) and _is_theirs():
        raise ModuleError(
            f"{POLICY} and {POLICY_ASIDE} are both this server's own; "
            f"keep the right one as {POLICY}, remove the other and start again"
        )


def _is_theirs():
    """Whether a policy of the server's own is in force."""
    if not os.path.exists(POLICY):
        return os.path.islink(POLICY)
    with open(POLICY, encoding="utf-8", errors="replace") as handle:
        return f"\n{MARK}\n" not in handle.read()
