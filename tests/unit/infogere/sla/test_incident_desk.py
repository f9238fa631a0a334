"""Writing about incidents: numbers, refusals, parties, problems; and two controllers at once."""

from __future__ import annotations

import multiprocessing
import re

import pytest

from doubles.contract_book import moment, say
from doubles.office import CONTRACT, OTHER
from infogere.errors import InfogereError
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.sla.attribution_desk import Attribution, AttributionDesk
from infogere.sla.incident_desk import IncidentDesk, Opening
from infogere.sla.incident_writer import dossier_of
from infogere.sla.problem_desk import ProblemDesk

NOW = "2024-06-03 09:00"
FIRST = "INC-2024-0001"


def desk(desks, now=NOW):
    return IncidentDesk(desks.at(now), "ada")


def judge(desks, now=NOW):
    return AttributionDesk(desks.at(now), "ada")


def down(server="web1", **more):
    return Opening(server=server, summary="502 on every page", **more)


def dossier(desks, incident=FIRST, contract=CONTRACT):
    with Reader(desks.at(NOW).record_url) as reader:
        return dossier_of(reader, contract, incident)


def test_numbers_run_through_the_whole_record_and_begin_again_each_year(desks):
    numbers = [
        desk(desks, now).open(down(server))[1].incident
        for now, server in [
            ("2024-06-03 09:00", "web1"),
            ("2024-06-03 09:10", "depot"),
            ("2024-12-31 22:59", "web2"),
            ("2024-12-31 23:00", "web1"),  # 2025 in Paris
        ]
    ]
    assert numbers == ["INC-2024-0001", "INC-2024-0002", "INC-2024-0003", "INC-2025-0001"]


def _open_some(desks, server):
    for _ in range(5):
        desk(desks).open(down(server))


def test_two_controllers_never_take_the_same_number(desks):
    desk(desks).open(down())
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_open_some, args=(desks, server)) for server in ("web1", "depot")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
    with Reader(desks.at(NOW).record_url) as reader:
        numbers = [entry.data["incident"] for entry in reader.newest("incident-opened")]
    assert numbers == [f"INC-2024-{number:04}" for number in range(11, 0, -1)]


def test_a_contract_is_put_on_record_before_its_first_incident(desks):
    desk(desks).open(down("depot"))
    with Reader(desks.at(NOW).record_url) as reader:
        assert [entry.kind for entry in reader.stream(contract=OTHER)] == ["contract-basis", "incident-opened"]


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({"ticket": "RT-1", "ticket_at": moment("2024-06-03 08:30")}, "customer"),
        ({"started": moment("2024-06-03 08:10"), "probe": "https"}, "probe"),
        ({}, "provider"),
    ],
)
def test_who_saw_it_first(desks, more, origin):
    assert desk(desks).open(down(**more))[1].origin == origin


def test_without_an_instant_it_began_when_the_probes_first_saw_it_down(desks):
    at_desk = desks.at(NOW)
    at_desk.contract(CONTRACT)
    seen = [("07:00", "down"), ("07:05", "up"), ("08:10", "down"), ("08:11", "down")]
    with Store(at_desk.record_url, at_desk.state_dir) as store:
        for at, state in seen:
            facts = {"contract": CONTRACT, "server": "web1", "probe": "https", "source": "blackbox", "state": state}
            store.append(say("probe", f"2024-06-03 {at}", **facts), now=moment(NOW))
    assert desk(desks).open(down())[1].started == moment("2024-06-03 08:10")
    assert desk(desks).open(down("web2"))[1].started is None


def test_the_same_ticket_opens_one_incident_on_a_server(desks):
    asked = {"ticket": "RT-1", "ticket_at": moment("2024-06-03 08:30")}
    desk(desks).open(down(**asked))
    with pytest.raises(InfogereError, match="ticket RT-1 has its incident already: INC-2024-0001"):
        desk(desks).open(down(**asked))
    desk(desks).open(down("web2", **asked))
    with pytest.raises(InfogereError, match="ticket RT-1 is already on record"):
        desk(desks).ticket(FIRST, "RT-1", moment("2024-06-03 08:40"))


WALL_CLOCK = r"began at 2024-06-03T\d\d:00:00\+02:00, it cannot be restored before"


@pytest.mark.parametrize(
    ("act", "words", "clause"),
    [
        (lambda one: one.open(down(started=moment("2024-06-03 09:01"))), "in the future", "A-2-6"),
        (lambda one: one.ticket(FIRST, "RT-2", moment("2024-06-03 09:01")), "in the future", "A-2-6"),
        (lambda one: one.restore(FIRST, moment("2024-06-03 09:01"), "ok"), "in the future", "A-2-6"),
        (lambda one: one.restore(FIRST, moment("2024-06-03 07:59"), "ok"), WALL_CLOCK, "A-5.3-2"),
        (lambda one: one.note("INC-2024-0011", "x"), "no incident INC-2024-0011", ""),
        (lambda one: one.open(down(ticket="RT#1", ticket_at=moment(NOW))), "ticket: 'RT#1' has a sign", ""),
    ],
)
def test_what_cannot_be_is_refused(desks, act, words, clause):
    desk(desks).open(down(started=moment("2024-06-03 08:00")))
    with pytest.raises(InfogereError, match=words) as refusal:
        act(desk(desks))
    assert refusal.value.clause == clause
    assert refusal.value.way_out


def test_a_wrong_restoration_is_corrected_and_said_again(desks):
    desk(desks).open(down(started=moment("2024-06-03 08:00")))
    seq, _ = desk(desks).restore(FIRST, moment("2024-06-03 08:20"), "ok")
    with pytest.raises(InfogereError, match=r"restored at .* already") as refusal:
        desk(desks).restore(FIRST, moment("2024-06-03 08:50"), "ok")
    assert f"--entry {seq}" in refusal.value.way_out
    desk(desks).correct(FIRST, seq, "it was another server")
    assert dossier(desks).restored is None
    desk(desks).restore(FIRST, moment("2024-06-03 08:50"), "ok")
    assert dossier(desks).restored == int(moment("2024-06-03 08:50").timestamp())


def test_an_incident_opened_by_mistake_is_withdrawn_as_a_whole(desks):
    seq, _ = desk(desks).open(down())
    desk(desks).correct(FIRST, seq, "it is planned works")
    with pytest.raises(InfogereError, match="was withdrawn by a correction"):
        desk(desks).note(FIRST, "x")
    assert desk(desks).open(down())[1].incident == "INC-2024-0002", "a number is never given twice"


def test_a_third_party_is_one_that_the_customer_named(desks):
    desk(desks).open(down())
    for party in (None, "Somebody Else"):
        with pytest.raises(InfogereError, match="no third party") as refusal:
            judge(desks).attribute(FIRST, Attribution("third_party", "deploy log", party))
        assert (refusal.value.clause, "Web Agency" in refusal.value.way_out) == ("A-2-9", True)
    judge(desks).attribute(FIRST, Attribution("third_party", "deploy log", "Web Agency"))
    assert dossier(desks).cause == "third_party"
    with pytest.raises(InfogereError, match="a party goes with cause third_party"):
        judge(desks).attribute(FIRST, Attribution("client", "log", "Web Agency"))


def test_a_ticket_counts_only_from_somebody_whom_the_customer_named_for_it(desks):
    asked = {"ticket": "RT-1", "ticket_at": moment("2024-06-03 08:30")}
    with pytest.raises(InfogereError, match="a ticket of 'Mallory' starts no clock") as refusal:
        desk(desks).open(down(ticket_by="Mallory", **asked))
    assert (refusal.value.clause, refusal.value.way_out) == ("A-2-9", "who may: Web Agency")
    assert desk(desks).open(down(ticket_by="Web Agency", **asked))[1].ticket_by == "Web Agency"
    desk(desks).open(down("depot"))
    desk(desks).ticket("INC-2024-0002", "RT-2", moment("2024-06-03 08:40"), "Ada")


def test_a_customer_that_named_nobody_has_no_third_party(desks):
    desk(desks).open(down("depot"))
    with pytest.raises(InfogereError, match="no third party") as refusal:
        judge(desks).attribute(FIRST, Attribution("third_party", "deploy log", "Web Agency"))
    assert refusal.value.way_out == "the customer has named nobody"


def test_a_contest_lasts_until_an_attribution_names_it(desks):
    desk(desks).open(down())
    with pytest.raises(InfogereError, match="nothing to contest"):
        judge(desks).contest(FIRST, "Zoe", "not us")
    judge(desks).attribute(FIRST, Attribution("client", "wp.log"))
    seq, entry = judge(desks).contest(FIRST, "Zoe", "not us")
    assert dossier(desks).contested
    with pytest.raises(InfogereError, match=f"contested already, in entry {seq}"):
        judge(desks).contest(FIRST, "Zoe", "not us, really")
    with pytest.raises(InfogereError, match=f"entry {entry.contests} is no open contest"):
        judge(desks).attribute(FIRST, Attribution("client", "wp.log", settles=entry.contests))
    with pytest.raises(InfogereError, match="customer's word"):
        desk(desks).correct(FIRST, seq, "no")
    judge(desks).attribute(FIRST, Attribution("supplier", "rack report", settles=seq))
    assert (dossier(desks).contested, dossier(desks).cause) == (False, "supplier")


def test_links_lead_only_into_the_customers_own_chain(desks):
    desk(desks).open(down())
    seq, _ = desk(desks).open(down("depot"))
    with pytest.raises(InfogereError, match=f"entry {seq} is not in the chain of contract {CONTRACT}"):
        judge(desks).link(FIRST, entry=seq)
    with pytest.raises(InfogereError, match="no works W-9"):
        judge(desks).link(FIRST, works="W-9")


def test_a_problem_of_two_customers_is_told_in_both_chains(desks):
    desk(desks).open(down())
    desk(desks).open(down("depot"))
    problems = ProblemDesk(desks.at(NOW), "ada")
    number, _ = problems.open("failing switch", [FIRST, "INC-2024-0002"])
    assert number == "PRB-2024-0001"
    assert set(problems.known(number)) == {CONTRACT, OTHER}
    assert dossier(desks).problem == dossier(desks, "INC-2024-0002", OTHER).problem == number
    with pytest.raises(InfogereError, match="its root cause is not known"):
        problems.say(number, closed=True)
    problems.say(number, root_cause="firmware 1.2", closed=True)
    assert {(one.root_cause, one.closed) for one in problems.known(number).values()} == {("firmware 1.2", True)}


def test_a_problem_follows_an_incident_into_a_new_chain(desks):
    desk(desks).open(down())
    desk(desks).open(down("depot"))
    problems = ProblemDesk(desks.at(NOW), "ada")
    number, _ = problems.open("failing switch", [FIRST])
    problems.link("INC-2024-0002", number)
    assert set(problems.known(number)) == {CONTRACT, OTHER}
    with pytest.raises(InfogereError, match=re.escape("no problem PRB-2024-0009")):
        problems.link(FIRST, "PRB-2024-0009")


def test_a_contract_that_left_the_inventory_is_what_the_record_last_said(desks, fleet, tmp_path):
    desk(desks).open(down())
    alone = tmp_path / "hosts.yml"
    alone.write_text("all: {hosts: {other: {order_form: {id: OF-9, customer: nobody, level: basic}}}}\n")
    gone = type(desks.at(NOW))(**{**vars(desks.at(NOW)), "inventory": (str(alone),)})
    assert gone.contract(CONTRACT).customer_name == "The Shop"
    with pytest.raises(InfogereError, match="no order form OF-8"):
        gone.contract("OF-8")


def chose(desks, choice, when, *packages, server="web1", **more):
    """The customer's word, recorded when it was said; its number."""
    facts = {"proposal": "P-1", "by": "Zoe", "reason": "a sale", "said": moment(when), "server": server, **more}
    made = desks.at(when)
    with Store(made.record_url, made.state_dir) as store:
        entry = say("customer-choice", when, choice=choice, packages=packages, **facts)
        return store.append(entry.model_copy(update={"contract": CONTRACT}), now=moment(when))


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        ([("refused", "2024-06-01 09:00", "openssl", {})], [0]),
        ([("deferred", "2024-06-01 09:00", "openssl", {"until": "2024-06-10"})], [0]),
        ([("deferred", "2024-06-01 09:00", "openssl", {"until": "2024-06-03"})], []),
        ([("refused", "2024-06-01 09:00", "openssl", {}), ("agreed", "2024-06-02 09:00", "openssl", {})], []),
        ([("refused", "2024-06-01 09:00", "nginx", {}), ("refused", "2024-06-02 09:00", "openssl", {})], [0, 1]),
        ([("refused", "2024-06-01 09:00", "openssl", {"server": "web2"})], []),
        ([("refused", "2024-06-03 08:30", "openssl", {})], []),  # after it had begun: nothing is dated back
        ([("refused", "2024-06-03 08:30", "openssl", {"said": moment("2024-06-01 09:00")})], []),
        ([("agreed", "2024-06-01 09:00", "openssl", {})], []),
    ],
)
def test_what_the_customer_refused_is_linked_by_itself(desks, said, linked):
    """A-L3-27."""
    seqs = [chose(desks, choice, when, package, **more) for choice, when, package, more in said]
    writer = desk(desks)
    seq, opened = writer.open(down(started=moment("2024-06-03 08:10")))
    assert [(entry.entry, entry.follows) for _, entry in writer.also] == [(seqs[one], seq) for one in linked]
    found = dossier(desks)
    assert (found.id, found.linked, found.cause) == (opened.incident, [seqs[one] for one in linked], None)


def test_an_attribution_links_what_was_not_linked_yet(desks):
    desk(desks).open(down(started=moment("2024-06-03 08:50")))
    chosen = chose(desks, "refused", "2024-06-03 09:00", "openssl")
    writer = judge(desks)
    writer.attribute(FIRST, Attribution("client", "CVE log"))
    assert writer.also == [], "it was refused after the incident had begun"
    desk(desks, "2024-06-03 09:10").open(down("web1"))
    writer = judge(desks, "2024-06-03 09:20")
    writer.attribute("INC-2024-0002", Attribution("client", "CVE log"))
    assert writer.also == [], "the opening had linked it"
    assert dossier(desks, "INC-2024-0002").linked == [chosen]
