"""The customer's verifier finds what was done to an export, and says where. It runs alone."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from doubles.contract_book import CONTRACT, TERMS, Book, basis, moment, opened, say
from infogere.record import chain
from infogere.record.export import export_lines
from infogere.record.keys import signer
from infogere.record.signatures import signature_fits
from infogere.statements import verify_record
from infogere.statements.verify_record import Broken

FILE = Path(verify_record.__file__)
OTHER = {"contract": "OF-2026-0099"}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An export of a contract with an incident, neighbours in between and a quiet week; and the public key."""
    book = Book(tmp_path_factory.mktemp("record"))
    readings = [{"name": name, "customer": value, "provider": value} for name, value in READINGS.items()]
    book.write(basis("2026-10-01 08:00", readings=readings))
    book.write(opened("INC-9", "2026-10-05 09:00", **OTHER))
    book.write(
        opened(
            at="2026-10-05 09:10",
            ticket="T-1",
            ticket_at=moment("2026-10-05 09:00"),
            started=moment("2026-10-05 09:00"),
        ),
        say(
            "incident-restored",
            "2026-10-05 10:10",
            incident="INC-2026-0001",
            restored=moment("2026-10-05 10:00"),
            evidence="up",
        ),
    )
    book.write(opened("INC-10", "2026-10-12 09:00", **OTHER), opened("INC-11", "2026-10-12 09:05", **OTHER))
    lines = export_lines(book.url, book.state_dir, terms=TERMS, contract=CONTRACT, now=moment("2026-10-12 12:00"))
    return list(lines), signer(book.state_dir).public


READINGS = {
    "degradation": "recorded-only",
    "amounts": "excluding-vat",
    "supplier_outage": "counts",
    "emergency_time": "counts",
    "network_cut_time": "counts-unless-customer-caused",
    "attribution": "contestable-entry",
    "clock_start": "customer-ticket",
    "works_notice": "dates",
    "restart_in_slot": "counts-without-notice",
    "gtr_coverage": "coverage-calendar",
    "gtr_month": "ticket",
    "gtr_bands": "overrun-up-to",
    "breach_test": "month-or-year",
    "planned_time": "removed-from-both",
    "incident_time": "all-causes",
    "slice_base": "total",
    "slice_rounding": "started",
    "caps": "shared",
}


def check(lines, key, **options):
    return verify_record.verify(lines, [key], fits=signature_fits, **options)


def rewritten(line: bytes, **changes) -> bytes:
    """A line whose entry says something else, with a hash that fits."""
    body = json.loads(line)["body"]
    body["data"].update(changes)
    spelled = chain.canonical(body)
    return chain.canonical({"body": body, "hash": chain.entry_hash(spelled)}) + b"\n"


def place(lines, kind, nth=0):
    found = [n for n, line in enumerate(lines) if f'"kind":"{kind}"'.encode() in line]
    return found[nth]


def test_a_whole_export_is_whole(exported):
    lines, key = exported
    reading = check(lines, key)
    assert [body["kind"] for body in reading.entries] == ["contract-basis", "incident-opened", "incident-restored"]
    assert reading.contract == CONTRACT
    facts = verify_record.Facts(reading.entries, verify_record.seconds(reading.sealed))
    assert verify_record.compute(facts, "2026-10")["customer"]["unavailable_s"] == 3600


def test_removed(exported):
    lines, key = exported
    gone = place(lines, "incident-opened")
    with pytest.raises(Broken, match=r"entry \d+ \(.*\): entry \d+ should stand here; entries are missing before it"):
        check([line for n, line in enumerate(lines) if n != gone], key)


def test_edited(exported):
    lines, key = exported
    where = place(lines, "incident-restored")
    edited = lines[where].replace(b"2026-10-05T10:00:00", b"2026-10-05T09:30:00")
    assert edited != lines[where]
    with pytest.raises(Broken, match=r"entry \d+ \(incident-restored, .*\): changed, its hash does not fit"):
        check([*lines[:where], edited, *lines[where + 1 :]], key)


def test_edited_with_a_new_hash(exported):
    lines, key = exported
    where = place(lines, "incident-restored")
    edited = rewritten(lines[where], evidence="nothing happened")
    with pytest.raises(Broken, match=r"entry \d+ \(checkpoint, .*\): (does not follow|signed for)"):
        check([*lines[:where], edited, *lines[where + 1 :]], key)


def test_reordered(exported):
    lines, key = exported
    one, other = place(lines, "incident-opened"), place(lines, "incident-restored")
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    with pytest.raises(Broken, match=r"entry \d+ \(incident-restored"):
        check(lines, key)


def test_inserted(exported):
    lines, key = exported
    where = place(lines, "incident-opened")
    with pytest.raises(Broken, match=r"entry \d+ \(incident-opened, .*\): .* not in its place"):
        check([*lines[: where + 1], lines[where], *lines[where + 1 :]], key)


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_truncated(exported, cut):
    lines, key = exported
    with pytest.raises(Broken, match=r"after entry \d+ \(.*\): the file ends without its seal"):
        check(lines[:-cut], key)


@pytest.mark.parametrize("lines", [[], [b"\x00\xff\n"], [b"<html>\n", b"404\n"]])
def test_what_was_never_an_export_is_not_called_changed(exported, lines):
    with pytest.raises(Broken, match="line 1: this is not an export of the record") as broken:
        check(lines, exported[1])
    assert broken.value.french == "ligne 1 : ce n'est pas un extrait du registre"


def test_a_day_without_its_checkpoint(exported):
    lines, key = exported
    where = place(lines, "checkpoint")
    with pytest.raises(Broken, match=r"entry \d+ \(checkpoint"):
        check([line for n, line in enumerate(lines) if n != where], key)


def test_an_unknown_key(exported):
    lines, key = exported
    with pytest.raises(Broken, match=f"a key that you do not know, {key}"):
        check(lines, "0" * 64)


def test_an_earlier_checkpoint_that_is_not_in_it(exported):
    lines, key = exported
    points = check(lines, key).points
    check(lines, key, since=points[0])
    with pytest.raises(Broken, match="its past was rewritten"):
        check(lines, key, since=(points[0][0], "0" * 64))


def test_signatures_are_checked(exported):
    lines, key = exported
    with pytest.raises(Broken, match="its signature does not fit"):
        verify_record.verify(lines, [key], fits=lambda *one: not one[2].startswith(b"infogere:record:seal"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The smallest export that has a line of every sort."""
    book = Book(tmp_path_factory.mktemp("small"))
    book.write(opened("INC-9", "2026-10-05 09:00", **OTHER), opened(at="2026-10-05 09:10"))
    lines = export_lines(book.url, book.state_dir, terms=TERMS, contract=CONTRACT, now=moment("2026-10-05 12:00"))
    return list(lines), signer(book.state_dir).public


def test_every_changed_byte_is_found(small):
    lines, key = small
    text = b"".join(lines)
    # Signatures are judged apart: each is asked for once, and what is asked for differs if a byte of it changed.
    whole = verify_record.verify(lines, [key], fits=signature_fits).signed
    for position, byte in enumerate(text):
        # Letters change their case: hexadecimal digits would still mean the same.
        flipped = byte ^ (0x20 if chr(byte).isalpha() else 1)
        changed = text[:position] + bytes([flipped]) + text[position + 1 :]
        asked: list[tuple[str, str, bytes]] = []

        def fits(*one, asked=asked):
            asked.append(one)
            return True

        try:
            verify_record.verify(changed.splitlines(keepends=True), [key], fits=fits)
        except Broken:
            continue
        assert {tuple(one) for one in asked} != {one[:3] for one in whole}, position


def test_a_statement_that_says_otherwise_is_named(exported):
    lines, key = exported
    reading = check(lines, key)
    facts = verify_record.Facts(reading.entries, verify_record.seconds(reading.sealed))
    found = verify_record.compute(facts, "2026-10")
    priced = [{"profile": profile, **{name: str(value) for name, value in found[profile].items()}} for profile in found]
    for own in priced:
        own.update({name: found[own["profile"]][name] for name in ("unavailable_s", "planned_s", "breach")})
    breach = {
        **{"seq": 99, "kind": "breach", "recorded": "2026-10-12T12:00:00.000000Z", "at": "2026-10-12T12:00:00.000000Z"},
        "data": {"month": "2026-10", "priced": priced},
    }
    reading.entries.append(breach)
    assert verify_record.report(reading, None, verify_record.WORDS["en"])[1] == []
    priced[0]["gtd_amount"] = "0.00"
    rows, wrong = verify_record.report(reading, None, verify_record.WORDS["en"])
    assert wrong == [
        "entry 99 (breach, 2026-10-12T12:00:00.000000Z): 2026-10, profile customer: gtd_amount is 0.00 there,"
        " 6.00 computed again"
    ]
    assert {row["month"]: row["verdict"] for row in rows}["2026-10"] == "differs"


def test_it_needs_nothing_but_the_standard_library():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILE.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - {"__future__"} <= sys.stdlib_module_names


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify_record.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.programs
def test_alone_with_openssl(exported, tmp_path):
    lines, key = exported
    shutil.copy(FILE, tmp_path / "verify_record.py")
    (tmp_path / "export.jsonl").write_bytes(b"".join(lines))
    done = run(tmp_path, "export.jsonl", "--key", key, "--language", "en")
    assert done.returncode == 0, done.stderr
    assert "The chain is whole: 3 entries of contract OF-2026-0042" in done.stdout
    assert "99.865" in done.stdout
    assert "--since" in done.stdout
    french = run(tmp_path, "export.jsonl")
    assert "La chaîne est complète" in french.stdout
    assert key in french.stdout
    whole = b"".join(lines)
    forged = whole[:-4] + (b"1" if whole[-4:-3] == b"0" else b"0") + whole[-3:]
    (tmp_path / "forged.jsonl").write_bytes(forged)
    done = run(tmp_path, "forged.jsonl", "--key", key, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["whole"] is False
    told = run(tmp_path, "forged.jsonl", "--key", key)
    assert "ligne" in told.stdout
    assert "entrée" in told.stdout
    assert run(tmp_path, "absent.jsonl").returncode == 2
    assert run(tmp_path, "export.jsonl", "--key", "hello").returncode == 2


def test_late_checkpoints_are_told(exported):
    lines, key = exported
    reading = check(lines, key)
    assert reading.late == [f"2026-10-{day:02}" for day in (1, 2, 3, *range(5, 11))]
    assert reading.warnings == []


def test_months_of_a_service():
    begun = moment("2026-11-30 12:00")
    facts = verify_record.Facts([], int((begun + timedelta(days=40)).timestamp()))
    facts.bases = [
        {"at": "2026-11-30T12:00:00Z", "data": {"timezone": "Europe/Paris", "commissioned": "2026-11-30T12:00:00Z"}}
    ]
    assert verify_record.months(facts) == ["2026-11", "2026-12", "2027-01"]
