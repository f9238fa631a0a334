"""Keep a reboot in the record: what asked for it, for how long nothing answered, in which announced works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from infogere.errors import InfogereError
from infogere.fleet.models import Server
from infogere.notices.outbox import Outbox
from infogere.notices.works import announcing, standing
from infogere.patching.facts import Word
from infogere.patching.keeping import Controller
from infogere.record import happened
from infogere.record.database import RecordError
from infogere.record.entries import Decision
from infogere.record.kinds.maintenance import REBOOT, Interruption, Rebooted
from infogere.record.reading import Reader
from infogere.record.recorder import one_line


class Waiting(BaseModel):
    """What the module ``server_reboot`` said before the reboot; the server's words, checked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    packages: Annotated[tuple[Word, ...], Field(max_length=200)]
    services: Annotated[tuple[Word, ...], Field(max_length=200)] = ()
    kernel: Word
    boot: Word

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that asked for the reboot."""
        return (*self.packages, *self.services)


class Begun(Waiting):
    """What the server noted before a reboot that is not on record yet.

    Attributes:
        works, decision: of the run that asked for it, not of the one that completes it.
    """

    began: AwareDatetime
    works: Word | Literal[""] = ""
    decision: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True)
class Outcome:
    """How a reboot went.

    Attributes:
        began, ended: from the last answer to the first moment at which every health check answered; aware.
            ``ended`` of a reboot that is not ``ok``: when it was given up.
        after: ``{boot, kernel}`` of the new boot; empty: it did not come back.
        works: id of the announced works; empty: none.
        decision: number of the entry that allowed it.
    """

    outcome: Literal["ok", "unhealthy", "lost"]
    began: datetime
    ended: datetime
    after: Mapping[str, Any]
    works: str = ""
    decision: int | None = None
    message: str = ""

    @property
    def seconds(self) -> int:
        """Seconds of the clock, as the guarantees count them: never one more or less than the works that they end."""
        return max(0, int(self.ended.timestamp()) - int(self.began.timestamp()))


def waiting_of(server: str, said: Mapping[str, Any]) -> Waiting:
    """What waits on the server.

    Raises:
        InfogereError: its words have not the form of it.
    """
    return _checked(Waiting, server, said)


def begun_of(server: str, said: Mapping[str, Any]) -> Begun:
    """The reboot that the server has begun.

    Raises:
        InfogereError: its words have not the form of it.
    """
    return _checked(Begun, server, said)


_Said = TypeVar("_Said", bound=Waiting)


def _checked(model: type[_Said], server: str, said: Mapping[str, Any]) -> _Said:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise InfogereError(
            f"{server}: what it says of its reboot is none: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            way_out="look at the server: cat /run/reboot-required.pkgs; needrestart -b",
        ) from None


def keep(server: Server, waiting: Waiting, went: Outcome, controller: Controller, terms: str) -> None:
    """Write the reboot, and, where everything answers again, the interruption that it was; once."""
    if _is_whole(server.name, waiting, went, controller):
        return
    about: dict[str, Any] = {
        "terms": terms,
        "run": controller.run,
        "server": server.name,
        "contract": server.order_form.id,
        "follows": went.decision,
    }
    whole = went.outcome == "ok"
    rebooted = Rebooted(
        **about,
        outcome=went.outcome,
        packages=waiting.packages,
        services=waiting.services,
        kernel_before=waiting.kernel,
        kernel_after=went.after.get("kernel"),
        boot_before=waiting.boot,
        boot_after=went.after.get("boot"),
        began=went.began,
        ended=went.ended if whole else None,
        seconds=went.seconds,
        works=went.works or None,
        message=one_line(went.message) or None,
    )
    happened.keep(controller.url, controller.state_dir, rebooted)
    if whole:
        interruption = Interruption(
            **about,
            at=went.began,
            service=REBOOT,
            began=went.began,
            seconds=went.seconds,
            works=went.works or None,
        )
        happened.keep(controller.url, controller.state_dir, interruption)


def _is_whole(server: str, waiting: Waiting, went: Outcome, controller: Controller) -> bool:
    """Whether the record says of this reboot that all was well: a run that died before it could forget it kept it."""
    boots = (waiting.boot, went.after.get("boot"))
    return any(
        (entry.boot_before, entry.boot_after, entry.outcome) == (*boots, "ok")
        for entry in _reboots(controller.url, server)
    )


def was_unhealthy(url: str, server: str, boot_before: str) -> bool:
    """Whether a service was found broken after the reboot that ended this boot."""
    return any(entry.boot_before == boot_before and entry.outcome == "unhealthy" for entry in _reboots(url, server))


def decided(url: str, server: str, decision: int | None) -> int | None:
    """The decision, if this record holds it for the server, whose note may be of another controller's record."""
    if decision is None:
        return None
    try:
        with Reader(url) as reader:
            known = reader.entry(decision)
    except RecordError:
        return None
    return decision if (known.kind, known.server) == (Decision.kind, server) else None


def _reboots(url: str, server: str) -> list[Rebooted]:
    """Those of one server; none if the record cannot be read: then entries wait in the spool."""
    try:
        with Reader(url) as reader:
            typed = [stored.typed() for stored in reader.newest(Rebooted.kind) if stored.server == server]
    except RecordError:
        return []
    return [entry for entry in typed if isinstance(entry, Rebooted)]


def close_works(outbox: Outbox, works: str, *, author: str, now: datetime) -> int | None:
    """Say when the works ended, once all of their servers were rebooted: the rest of their span counts again.

    Returns:
        Seconds outside the announced span, which count (Q28); None: a server is still to come, or somebody closed them.
            A reboot before the span was not one of these works.
    """
    try:
        with Reader(outbox.url) as reader:
            known = standing.find(reader, works)
            start = min(one.span[0] for one in known)
            done: dict[str, Rebooted] = {}
            for stored in reader.newest(Rebooted.kind):
                entry = stored.typed()
                if not isinstance(entry, Rebooted) or (entry.works, entry.outcome) != (works, "ok"):
                    continue
                if entry.began >= start:
                    done.setdefault(entry.server, entry)
    except RecordError:
        return None  # the reboot itself waits in the spool
    wanted = {name for one in known for name in (one.proved or one.current).servers}
    if wanted - done.keys() or any(one.cancelled or (one.done and one.done.ended) for one in known):
        return None
    closed = announcing.done(
        outbox,
        works,
        began=min(entry.began for entry in done.values()),
        ended=max(entry.ended for entry in done.values() if entry.ended),
        result=f"rebooted: {', '.join(f'{name} {done[name].seconds} s' for name in sorted(wanted))}"[:500],
        author=author,
        now=now,
    )
    return max(seconds for _, seconds in closed)


def last_reboots(url: str) -> dict[str, datetime]:
    """When each server last came back from a reboot of ours."""
    found: dict[str, datetime] = {}
    try:
        with Reader(url) as reader:
            for entry in reader.newest(Rebooted.kind):
                if entry.server and entry.data["outcome"] != "lost":
                    found.setdefault(entry.server, entry.at)
    except RecordError:
        return {}
    return found
