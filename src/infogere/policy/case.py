"""The question that every rule is asked, with everything an answer may depend on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from infogere.calendar import Calendar, Window
from infogere.fleet.models import Server
from infogere.terms import ActionName, ActionRule, Profile, State, StateName, Terms

TICKET_OBJECTS: frozenset[ActionName] = frozenset(
    {"provision-vhost", "provision-database", "provision-database-user", "provision-ftp-account"}
)


@dataclass(frozen=True)
class Standing:
    """A server's state, derived from the record and stored nowhere else.

    Attributes:
        state: what the last state entry says; a server without one is ``active`` as far as rules of
            states go, and delivered or not by its order form.
        since: instant of that entry, UTC; None when there is none.
        seq: number of that entry in the record.
    """

    state: StateName = "active"
    since: datetime | None = None
    seq: int | None = None


UNRECORDED = Standing()


@dataclass(frozen=True)
class Announced:
    """Works that the customer was told of, with the mail server's acceptance on record.

    Attributes:
        works: their id.
        start, end: the announced span, aware.
        excluded: the notice was accepted in time, so that the span is outside the guarantees (A-5.5-3).
    """

    works: str
    start: datetime
    end: datetime
    excluded: bool

    def holds(self, at: datetime, expected_duration: int) -> bool:
        """Whether something that starts at ``at`` can end inside."""
        return self.start <= at and at + timedelta(seconds=expected_duration) <= self.end


class Slot:
    """A maintenance window that remembers its last answers: a fleet is asked about one instant."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._openings: dict[tuple[datetime, int], datetime | None] = {}

    def next_opening(self, at: datetime, expected_duration: int) -> datetime | None:
        """Earliest start at ``at`` or later; see ``Window.next_opening``."""
        key = (at, expected_duration)
        if key not in self._openings:
            if len(self._openings) >= 1000:
                self._openings.clear()
            self._openings[key] = self._window.next_opening(at, expected_duration)
        return self._openings[key]


@dataclass(frozen=True)
class Case:
    """One action on one server at one instant.

    Attributes:
        at: aware; when the action would start.
        calendar: the provider's calendar, with the terms and readings of the order form.
        slot: the maintenance window that applies to the server.
        profile: how unclear articles are read where the order form does not settle it.
        emergency: why it cannot wait for the window, in one line; empty: it can.
        agreement: reference of the customer's confirmed order, quote or ticket; empty: none.
        notified: when the customer was told (bandwidth reduction), aware; None: not.
        announced: the works that cover the instant, or else the next ones; None: none are announced with proof.
        expected_duration: seconds; the action must be able to end inside the window.
    """

    action: ActionName
    server: Server
    at: datetime
    standing: Standing
    calendar: Calendar
    slot: Slot
    profile: Profile = "customer"
    emergency: str = ""
    agreement: str = ""
    notified: datetime | None = None
    announced: Announced | None = None
    expected_duration: int = 0

    @property
    def terms(self) -> Terms:
        return self.calendar.terms

    @property
    def state(self) -> State:
        """What the terms say of the server's state."""
        return self.terms.states[self.standing.state]

    @cached_property
    def bought(self) -> ActionRule:
        """What product and level say of the action, before the state is looked at."""
        form = self.server.order_form
        if form.private_cloud:
            return self.terms.private_cloud.actions[self.action]
        level = form.level
        if (
            level == "plesk"
            and self.action in TICKET_OBJECTS
            and self.calendar.readings.ticket_objects_at_level_3 == "same-catalogue"  # Q13
        ):
            level = "custom"
        return self.terms.levels[level].actions[self.action]

    @cached_property
    def in_force(self) -> ActionRule:
        """The rule that sets window and agreement: the state's own where it allows the action otherwise."""
        own = self.state.actions.get(self.action)
        return own if own and own.verdict != "refused" else self.bought

    @cached_property
    def inside_works(self) -> bool:
        """Whether the action waits for announced works, and can begin and end in them."""
        works = self.announced
        return bool(self.in_force.announced and works and works.holds(self.at, self.expected_duration))

    @cached_property
    def commissioned(self) -> bool:
        """Whether the delivery note was sent: by the record, else by the order form (A-3.1.1-4)."""
        if self.standing.since is not None:
            return True
        date = self.server.order_form.commissioned_at(self.calendar.zone)
        return date is not None and date <= self.at

    @cached_property
    def corrects(self) -> bool:
        """The server is cut off and the action helps to end that (A-3.1.4-3)."""
        return self.state.preventive_maintenance == "correction-only"
