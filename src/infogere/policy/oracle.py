"""Gather what a question needs: terms, readings, calendar and window of a server's order form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from infogere import calendar, settings, terms
from infogere.calendar import Calendar
from infogere.errors import InfogereError
from infogere.fleet import nearest
from infogere.fleet.models import OrderForm, Server
from infogere.policy.case import UNRECORDED, Announced, Case, Slot, Standing
from infogere.terms import ACTIONS, ActionName, Profile


class Oracle:
    """Answers for a whole fleet; calendars and windows that order forms share are made once.

    Args:
        path: a terms file, or the version of a shipped one; None: the shipped default.
        profile: how unclear articles are read where an order form does not settle it.
        calendar_version: the calendar of order forms that name none; None: the terms' own.
    """

    def __init__(
        self, path: Path | str | None = None, profile: Profile = "customer", calendar_version: str | None = None
    ) -> None:
        self._path = path
        self._calendar_version = calendar_version
        self._profile: Profile = profile
        self.terms = terms.load(path)
        self._calendars: dict[str, Calendar] = {}
        self._slots: dict[str, Slot] = {}

    @classmethod
    def configured(cls) -> Oracle:
        """The oracle of this controller's settings."""
        where = settings.load()
        return cls(where.terms, terms.profile_named(where.profile), where.calendar)

    def case(
        self,
        action: str,
        server: Server,
        at: datetime | None = None,
        *,
        standing: Standing = UNRECORDED,
        emergency: str = "",
        agreement: str = "",
        notified: datetime | None = None,
        announced: Announced | None = None,
        expected_duration: int = 0,
    ) -> Case:
        """The question whether ``action`` may start on ``server`` at ``at`` (aware; None: now).

        Raises:
            InfogereError: an action that is none, with the nearest one; terms that are not loaded.
        """
        form = server.order_form
        if form.terms not in (None, self.terms.version):
            raise InfogereError(
                f"order form {form.id} was signed under {form.terms}, but {self.terms.version} is loaded",
                way_out="load the terms that were signed",
                clause="A-1-1",
            )
        return Case(
            action=known_action(action),
            server=server,
            at=(at or datetime.now(UTC)).astimezone(UTC),
            standing=standing,
            calendar=self.calendar_of(form),
            slot=self._slot_of(form),
            profile=self._profile,
            emergency=emergency,
            agreement=agreement,
            notified=notified,
            announced=announced,
            expected_duration=expected_duration,
        )

    def calendar_of(self, form: OrderForm) -> Calendar:
        """The provider's calendar with the readings that the order form settles."""
        return self._calendar(form.calendar, form.readings)

    def default_calendar(self) -> Calendar:
        """The calendar of an order form that settles nothing otherwise."""
        return self._calendar(None, {})

    def _calendar(self, version: str | None, changes: Mapping[str, str | int]) -> Calendar:
        key = f"{version} {sorted(changes.items())}"
        if key not in self._calendars:
            readings = terms.readings(self._profile, path=self._path, changes=changes)
            self._calendars[key] = calendar.load(version or self._calendar_version, terms=self.terms, readings=readings)
        return self._calendars[key]

    def _slot_of(self, form: OrderForm) -> Slot:
        own = form.maintenance_slot
        key = f"{form.calendar} {sorted(form.readings.items())} {own!r}"
        if key not in self._slots:
            self._slots[key] = Slot(calendar.patch_window(self.calendar_of(form), own))
        return self._slots[key]


def known_action(name: str) -> ActionName:
    """``name`` as an action.

    Raises:
        InfogereError: it is none; the way out names the nearest one.
    """
    if name not in ACTIONS:
        raise InfogereError(f"no action {name}", way_out=nearest.hint(name, ACTIONS))
    return name
