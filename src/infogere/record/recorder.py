"""What a run says about itself: begin, objects, end. Used by the action plugin ``sla_record``."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from infogere.errors import InfogereError
from infogere.record.entries import LINE_LENGTH, Entry, RunBegin, RunEnd, TicketObject
from infogere.record.happened import Receipt, keep

# Terms of servers whose inventory names none (A-1-1).
DEFAULT_TERMS = "HBT-20220901-01"

# One id per ansible-playbook process: strategies load action plugins in the main process, so
# that its forks, one per task, inherit this value. A worker that starts a run gives the id itself.
PROCESS_RUN = os.environ.get("INFOGERE_RUN_ID") or str(uuid4())

_HIDDEN = "***"
# Words of a failed command may quote its input. What looks like a credential is masked.
_CREDENTIALS = (
    (re.compile(r"(?i)\b((?:\w*(?:password|passwd|passphrase|secret|token|api_?key)\w*)\W{0,3}[=:]\s*)\S+"), r"\1"),
    (re.compile(r"(?i)\b(identified by\s+)\S+"), r"\1"),
    (re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+(?=@)"), r"\1"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"), ""),
)
_NOT_PRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Scope:
    """Whom an entry is about: terms version, run id, server, contract (order form id) and mode."""

    terms: str
    run: str
    server: str
    contract: str | None
    check_mode: bool

    def common(self) -> dict[str, Any]:
        return {"terms": self.terms, "run": self.run, "server": self.server, "contract": self.contract}


@dataclass(frozen=True)
class Failure:
    """What failed; ``message`` is None where Ansible was told to hide it, ``unanswered``: no server."""

    task: str
    message: str | None
    unanswered: bool = False

    @property
    def words(self) -> str:
        """What the play fails with."""
        return self.message or f"{self.task} failed; its output is hidden (no_log)"


class Recorder:
    """Writes a run's entries.

    Args:
        url: ``record_url``.
        state_dir: folder of key, spool and witness.
    """

    def __init__(self, url: str, state_dir: Path, *, wait: float = 10.0) -> None:
        self._url = url
        self._state_dir = state_dir
        self._wait = wait

    def begin(self, scope: Scope, *, playbook: str, reason: str, reference: str | None, operator: str) -> Receipt:
        """A playbook begins; raises if that cannot be recorded, and the playbook must stop."""
        return self._append(
            RunBegin,
            **scope.common(),
            playbook=playbook,
            reason=reason,
            reference=reference,
            operator=operator,
            check_mode=scope.check_mode,
        )

    def end(
        self, scope: Scope, *, failure: Failure | None = None, message: str | None = None, changed: int | None = None
    ) -> Receipt:
        """The playbook is done; waits in the spool if the record cannot be written."""
        words = failure.message if failure else message
        outcome = "ok"
        if failure:
            outcome = "unreachable" if failure.unanswered else "failed"
        return self._append(
            RunEnd,
            **scope.common(),
            outcome=outcome,
            changed=changed,
            failed_task=one_line(failure.task) if failure else None,
            message=one_line(words) if words else None,
            check_mode=scope.check_mode,
        )

    def ticket_object(
        self,
        scope: Scope,
        *,
        object_kind: str,
        name: str,
        state: str,
        changed: bool,
        operation_id: str | None = None,
        archive: str | None = None,
    ) -> Receipt:
        """A ticket object was made or removed; waits in the spool if the record cannot be written."""
        return self._append(
            TicketObject,
            **scope.common(),
            object_kind=object_kind,
            name=name,
            state=state,
            changed=changed,
            operation_id=operation_id,
            archive=archive,
            check_mode=scope.check_mode,
        )

    def _append(self, model: type[Entry], **values: Any) -> Receipt:
        try:
            entry = model(**values)
        except ValidationError as error:
            raise _refusal(model, error) from None
        return keep(self._url, self._state_dir, entry, wait=self._wait)


def failure_of(task: Mapping[str, Any], result: Mapping[str, Any]) -> Failure:
    """What to say of a failed task, from Ansible's ``ansible_failed_task`` and ``ansible_failed_result``.

    The result of a ``no_log`` task arrives in full: only the task's name is taken from it.
    """
    name = str(task.get("name") or task.get("action") or "unnamed task")
    hidden = result.get("_ansible_no_log", bool(task.get("no_log"))) or "censored" in result
    told = _told(result)
    return Failure(
        name,
        None if hidden else str(told.get("msg") or "no message"),
        unanswered=told.get("unanswered") is True,
    )


def _told(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result that says why: a loop's own is only "One or more items failed"."""
    items = result.get("results") or ()
    return next((item for item in items if item.get("failed")), result)


def one_line(text: str) -> str:
    """One printable line of bounded length, without what looks like a credential."""
    line = _NOT_PRINTABLE.sub(" ", text).strip()
    for pattern, kept in _CREDENTIALS:
        line = pattern.sub(kept + _HIDDEN, line)
    return line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 1] + "…"


def operator() -> str:
    """Login name of whoever started the run, also behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _refusal(model: type[Entry], error: ValidationError) -> InfogereError:
    # The refused value stays out of the message: it may be what must not be written.
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return InfogereError(f"{model.kind} entry refused: {faults}", way_out="correct the task or the inventory")
