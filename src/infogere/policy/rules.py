"""One rule per clause: a pure function from a case to a refusal, or None.

The order is that of precedence: what was bought, what was ordered beside it, the server's state, what
must have happened before, and the calendar last, because only time can lift that one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from infogere.calendar import deadlines
from infogere.calendar.walltime import Moment, to_utc
from infogere.policy.case import Case
from infogere.terms import ActionName, StateName


@dataclass(frozen=True)
class Refusal:
    """Why an action may not start.

    Attributes:
        clause: the clause that refuses it.
        reason: one line for a person.
        way_out: what can be done about it; may be empty.
        opens: the earliest instant at which this rule stops refusing, UTC; None: no time does it.
    """

    clause: str
    reason: str
    way_out: str = ""
    opens: datetime | None = None


Judge = Callable[[Case], Refusal | None]


@dataclass(frozen=True)
class Rule:
    """A judge with the clause that it speaks for.

    Attributes:
        clause: id, or the article where the clause depends on the level.
        statement: the rule in one line.
        actions: the actions that it looks at; empty: all.
    """

    clause: str
    statement: str
    actions: frozenset[ActionName]
    judge: Judge

    def concerns(self, action: ActionName) -> bool:
        return not self.actions or action in self.actions


RULES: list[Rule] = []

LEADS_TO: dict[ActionName, StateName] = {
    "isolate": "isolated",
    "reinstate": "active",
    "cut": "network-cut",
    "reconnect": "active",
    "suspend": "suspended",
    "throttle": "bandwidth-reduced",
}
"""The state that an action puts a server into."""


def rule(clause: str, statement: str, *actions: ActionName) -> Callable[[Judge], Judge]:
    """Register a judge, in the order of this file."""

    def register(judge: Judge) -> Judge:
        RULES.append(Rule(clause, statement, frozenset(actions), judge))
        return judge

    return register


@rule("4.1.1", "The product and the level that were bought say what the provider does and refuses.")
def product_and_level(case: Case) -> Refusal | None:
    bought = case.bought
    if bought.verdict != "refused":
        return None
    form = case.server.order_form
    mailboxes = case.terms.mail.mailbox_creation
    if bought.clause == mailboxes.clause:
        reason = mailboxes.says
    elif form.private_cloud or case.action == "configure-private-cloud":
        reason = "the customer of a private cloud is its only administrator"
    else:
        reason = f"{case.action} is not done at level {form.level}"
    return Refusal(bought.clause, _sentence(reason), bought.way_out)


@rule("A-4.5-6", "Hosting that is not with the provider gets no backup at all.", "backup", "restore")
def hosted_here(case: Case) -> Refusal | None:
    if case.server.order_form.hosted_here:
        return None
    said = case.terms.backups.hosted_here_only
    return Refusal(said.clause, _sentence(said.says), "host the server with the provider")


@rule("A-4.5-1", "Backups and restores are done only if the order form has them.", "backup", "restore")
def ordered(case: Case) -> Refusal | None:
    if case.bought.verdict != "if-ordered" or getattr(case.server.order_form.options, case.action):
        return None
    form = case.server.order_form
    reason = f"order form {form.id} does not have the option {case.action}"
    return Refusal(case.bought.clause, reason, case.bought.way_out)


@rule("A-3.1.1-4", "A server is delivered once: the delivery note begins the service.", "deliver")
def delivered_once(case: Case) -> Refusal | None:
    if not case.commissioned:
        return None
    since = case.standing.since or case.server.order_form.commissioned_at(case.calendar.zone)
    when = f" ({case.calendar.local(since):%Y-%m-%d})" if since else ""
    return Refusal(case.terms.delivery.commissioning_date.clause, f"the server was delivered already{when}")


@rule(
    "A-3.1.1-4",
    "Only a server that was made available can be isolated, cut off, suspended or throttled.",
    *("isolate", "reinstate", "cut", "reconnect", "suspend", "throttle"),
)
def delivered_first(case: Case) -> Refusal | None:
    if case.commissioned:
        return None
    opens = case.server.order_form.commissioned_at(case.calendar.zone)
    clause = case.terms.delivery.commissioning_date.clause
    return Refusal(clause, "the server is not delivered yet", "deliver it first", opens)


@rule("A-4.4-6", "A sanction for spam has a least duration, whatever the customer does.", "reinstate")
def spam_sanction(case: Case) -> Refusal | None:
    since = case.standing.since
    if case.standing.state != "mail-suspended" or since is None:
        return None
    lift = deadlines.mail_suspension_earliest_lift(Moment.of(since, case.calendar.zone), case.calendar)
    opens = _instant(lift.at, case)
    if case.at >= opens:
        return None
    local = case.calendar.local(opens)
    return Refusal(lift.clause, f"mail stays suspended until {local:%Y-%m-%d %H:%M} at the least", opens=opens)


@rule("states", "The state of a server allows some actions and refuses others.")
def server_state(case: Case) -> Refusal | None:
    own = case.state.actions.get(case.action)
    if own is None or own.verdict != "refused":
        return None
    since = case.standing.since
    if since is None:
        return Refusal(own.clause, f"nothing to {case.action}: {own.way_out}", own.way_out)
    reason = f"the server is {case.standing.state} since {case.calendar.local(since):%Y-%m-%d %H:%M}"
    return Refusal(own.clause, reason, own.way_out)


@rule("states", "From each state only some states can be reached.", *LEADS_TO)
def transition(case: Case) -> Refusal | None:
    now, wanted = case.standing.state, LEADS_TO[case.action]
    if wanted == now or wanted in case.state.next_states:
        return None
    reason = f"a server that is {now} does not become {wanted} directly"
    return Refusal(case.state.clause, reason, f"end the state {now} first" if case.state.next_states else "")


@rule("A-4.1.2-5", "Whether isolation takes backups away is a reading (Q14).", "backup")
def isolation_reach(case: Case) -> Refusal | None:
    if case.standing.state != "isolated" or case.calendar.readings.isolation_reach != "backups-and-sla-too":
        return None
    return Refusal("A-4.1.2-5", "the server is isolated, and isolation is read as ending backups", "reinstate it first")


@rule("4.1.1", "What the level leaves to agreement needs the customer's confirmed order, quote or ticket.")
def agreed(case: Case) -> Refusal | None:
    if case.in_force.verdict != "on-agreement" or case.agreement:
        return None
    reason = f"{case.action} needs the customer's agreement at level {case.server.order_form.level}"
    way_out = case.in_force.way_out or "name the customer's order, quote or ticket"
    return Refusal(case.in_force.clause, reason, f"{way_out} (--agreement REFERENCE)")


@rule("A-3.2.4-2", "A reduction never goes below the ordered bandwidth.", "throttle")
def bandwidth_floor(case: Case) -> Refusal | None:
    form = case.server.order_form
    if not form.private_cloud or form.bandwidth_mbps is not None:
        return None
    clause = case.terms.private_cloud.bandwidth.floor.clause
    reason = f"order form {form.id} does not say the ordered bandwidth, below which no reduction may go"
    return Refusal(clause, reason, "write order_form.bandwidth_mbps as signed")


@rule("A-3.2.4-3", "The customer is told by e-mail in time before its bandwidth is reduced.", "throttle")
def bandwidth_notice(case: Case) -> Refusal | None:
    if not case.server.order_form.private_cloud:
        return None
    notice = case.terms.private_cloud.bandwidth.notice
    if case.notified is None:
        reason = f"no notice was sent; it runs for {notice.hours} hours"
        return Refusal(notice.clause, reason, "send the notice, then name its instant (--notified INSTANT)")
    earliest = deadlines.throttle_earliest(Moment.of(case.notified, case.calendar.zone), case.calendar)
    opens = _instant(earliest.at, case)
    if case.at >= opens:
        return None
    return Refusal(earliest.clause, f"the notice runs for {notice.hours} hours and is not over", opens=opens)


@rule("A-5.5-1", "A reboot of a delivered server waits for works that the customer was told of, or for an emergency.")
def announced_works(case: Case) -> Refusal | None:
    clause = case.in_force.announced
    if clause is None or not case.commissioned or case.corrects or case.inside_works:
        return None
    if case.emergency and case.in_force.emergency:
        return None
    works, local = case.announced, case.calendar.local
    if works and works.start <= case.at:
        reason = f"{case.expected_duration // 60} minutes no longer fit into works {works.works}"
        return Refusal(clause, f"{reason}, which end at {local(works.end):%Y-%m-%d %H:%M}", _announce(case))
    if works:
        reason = f"works {works.works} begin at {local(works.start):%Y-%m-%d %H:%M}"
        return Refusal(clause, reason, "wait for them, or give an emergency's reason", works.start)
    reason = f"a {case.action} interrupts the service, and no works are announced for it with proof"
    return Refusal(clause, reason, _announce(case))


def _announce(case: Case) -> str:
    command = f"infogere works announce --server {case.server.name} --start ... --duration ..."
    return f'{command} --subject "Reboot for the new kernel", or give an emergency\'s reason'


@rule("A-L3-24, A-L4-11", "Maintenance of a delivered server starts inside its window, or in an emergency.")
def maintenance_window(case: Case) -> Refusal | None:
    clause = case.in_force.window
    # A server in the making has no service to disturb; a correction ends an outage (A-3.1.4-3).
    # Works have a date and an hour of their own, which the customer was told (A-5.5-2).
    if clause is None or not case.commissioned or case.corrects or case.in_force.announced:
        return None
    opens = case.slot.next_opening(case.at, case.expected_duration)
    if opens == case.at or (case.emergency and case.in_force.emergency):
        return None
    if case.emergency:
        reason = f"an emergency does not open the window for {case.action}"
        return Refusal(clause, reason, "an urgent security fix is patch-critical", opens)
    if opens is None:
        return Refusal(clause, "the maintenance window does not open within a year", "mend order_form.maintenance_slot")
    return Refusal(clause, _outside(case), _wait_or_hurry(case), opens)


def _outside(case: Case) -> str:
    if case.server.order_form.maintenance_slot:
        return "outside the maintenance slot of the order form"
    discouraged = case.calendar.discouraged(case.at)
    if discouraged:
        return f"outside the maintenance window: {_sentence(discouraged.says)}"
    if not case.calendar.is_working(case.at):
        return "outside working days and hours"
    if case.expected_duration:
        return f"outside the maintenance window: {case.expected_duration // 60} minutes no longer fit into it"
    return "outside the maintenance window"


def _wait_or_hurry(case: Case) -> str:
    wait = "wait for the next opening"
    return f"{wait}, or give an emergency's reason" if case.in_force.emergency else wait


def _sentence(text: str) -> str:
    """As part of a longer line: no capital, no full stop."""
    text = text.rstrip(".")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _instant(at: date, case: Case) -> datetime:
    """A deadline as the first instant after which it no longer refuses."""
    if isinstance(at, datetime):
        return at
    return to_utc(datetime.combine(at, time.min), case.calendar.zone)
