"""What each service level owes, allows and refuses; what each server state changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

from pydantic import PositiveInt, field_validator

from infogere.terms.base import ClauseId, Hours, Ruled, Strict

Name = TypeVar("Name", bound=str)
Value = TypeVar("Value")

LevelName = Literal["basic", "supervision", "plesk", "custom"]

DutyName = Literal[
    "hardware-network-probes",
    "alert-contact",
    "hardware-replacement",
    "tampering-watch",
    "os-monitoring",
    "application-probes",
    "integrity-monitoring",
    "engineer-diagnosis",
    "incident-treatment",
    "problem-treatment",
    "plesk-installation",
    "content-access-handover",
    "os-patching",
    "software-patching",
    "critical-fixes",
    "emergency-work",
    "flaw-qualification",
    "log-management",
    "software-inventory",
    "configuration-documentation",
    "standard-templates",
    "capacity-management",
    "ticket-objects",
    "software-approval",
    "customer-root-access",
    "mailbox-creation",
    "mail-panel-access",
    "backups",
    "restores",
]

ActionName = Literal[
    "deliver",
    "converge",
    "patch-minor",
    "patch-major",
    "patch-critical",
    "reboot",
    "backup",
    "restore",
    "provision-vhost",
    "provision-database",
    "provision-database-user",
    "provision-ftp-account",
    "provision-mailbox",
    "isolate",
    "reinstate",
    "cut",
    "reconnect",
    "suspend",
    "throttle",
    "configure-private-cloud",
]

StateName = Literal[
    "active", "isolated", "network-cut", "suspended", "mail-suspended", "bandwidth-reduced", "terminated"
]

DutyStatus = Literal["owed", "if-ordered", "may", "not-owed", "refused"]
"""``owed``: the provider must; ``if-ordered``: only when the order form has the option; ``may``: a
faculty, used with a recorded decision; ``not-owed``: outside the level; ``refused``: must not be done."""

Verdict = Literal["allowed", "if-ordered", "on-agreement", "refused"]
"""``on-agreement``: only with a confirmed order, quote or request of the customer on record."""

ACTIONS: tuple[ActionName, ...] = get_args(ActionName)
DUTIES: tuple[DutyName, ...] = get_args(DutyName)
LEVELS: tuple[LevelName, ...] = get_args(LevelName)
STATES: tuple[StateName, ...] = get_args(StateName)


def complete(value: Mapping[Name, Value], names: tuple[Name, ...]) -> Mapping[Name, Value]:
    """``value``, if it has every name: what terms leave out must be said, not assumed."""
    missing = [name for name in names if name not in value]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    return value


class Duty(Ruled):
    """One duty at one level.

    Attributes:
        status: see ``DutyStatus``.
        condition: what must be true before the duty is carried out, in one line; empty when nothing.
    """

    status: DutyStatus
    condition: str = ""


class ActionRule(Ruled):
    """Whether one action may be taken, before calendar and state are looked at.

    Attributes:
        verdict: see ``Verdict``.
        window: clause that binds the start to the maintenance window; None: at any time.
        emergency: clause that lets an emergency start outside that window; None: none does.
        announced: clause by which the action waits for works that the customer was told of, which then are its window;
            None: it needs no notice.
        way_out: what the requester can do about a refusal, in one line.
    """

    verdict: Verdict
    window: ClauseId | None = None
    emergency: ClauseId | None = None
    announced: ClauseId | None = None
    way_out: str = ""


class Level(Ruled):
    """One of the four levels of article 4.1.1."""

    number: PositiveInt
    title: str
    summary: str
    duties: Mapping[DutyName, Duty]
    actions: Mapping[ActionName, ActionRule]

    @field_validator("duties")
    @classmethod
    def _all_duties(cls, value: Mapping[DutyName, Duty]) -> Mapping[DutyName, Duty]:
        return complete(value, DUTIES)

    @field_validator("actions")
    @classmethod
    def _all_actions(cls, value: Mapping[ActionName, ActionRule]) -> Mapping[ActionName, ActionRule]:
        return complete(value, ACTIONS)


class State(Ruled):
    """What a server in this state still gets.

    Attributes:
        entry: what puts a server into the state.
        exit: what ends it.
        internet: the server reaches the Internet; ``shaped``: down to the ordered bandwidth.
        management: the provider's own path to the server stays open.
        monitoring: ``per-level``, ``kept`` (whatever the level watches) or ``lost``.
        preventive_maintenance: ``per-level``, ``correction-only``, ``not-applicable`` or ``lost``.
        mail: the server's mail services run.
        fees: ``due``, or ``general-terms`` where these terms are silent.
        actions: rules that replace the level's while the state lasts.
        next_states: states that can follow directly.
    """

    entry: str
    exit: str
    internet: Literal["connected", "shaped", "cut"]
    management: bool
    monitoring: Literal["per-level", "kept", "lost"]
    preventive_maintenance: Literal["per-level", "correction-only", "not-applicable", "lost"]
    mail: bool
    fees: Literal["due", "general-terms"]
    actions: Mapping[ActionName, ActionRule]
    next_states: tuple[StateName, ...]


class BandwidthThreshold(Ruled):
    megabits_per_second: PositiveInt


class BandwidthFloor(Ruled):
    never_below: Literal["ordered-bandwidth"]


class Bandwidth(Strict):
    """When and how far a private cloud's bandwidth may be reduced (article 3.2.4)."""

    threshold: BandwidthThreshold
    notice: Hours
    floor: BandwidthFloor


class PrivateCloud(Ruled):
    """The other product: resources only; its customer is its only administrator (article 3.2)."""

    administered_by_provider: bool
    bandwidth: Bandwidth
    actions: Mapping[ActionName, ActionRule]

    @field_validator("actions")
    @classmethod
    def _all_actions(cls, value: Mapping[ActionName, ActionRule]) -> Mapping[ActionName, ActionRule]:
        return complete(value, ACTIONS)
