"""What a record must do whatever database it lives in; run on SQLite, on a PostgreSQL here and on one of a server."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from doubles.export_judge import judge
from infogere.record.entries import RunBegin, RunEnd, StateChange
from infogere.record.examine import verify_lines
from infogere.record.export import export_lines
from infogere.record.keys import signer
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record

TERMS = "HBT-20220901-01"
DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = DAY + timedelta(days=2)

# Statements that must fail, whoever tries them; entry 1 is there, the next one is 2.
FORBIDDEN = [
    "UPDATE record_entry SET server = 'other'",
    "DELETE FROM record_entry",
    "TRUNCATE record_entry",
    "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (9, 'x', 'k', '3000', 'b')",
    "INSERT INTO record_entry (seq, hash, kind, recorded, contract, contract_seq, body)"
    " VALUES (2, 'x', 'k', '3000', 'BC-1', 9, 'b')",
    "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (2, 'x', 'k', '1999', 'b')",
    "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (1, 'x', 'k', '3000', 'b')"
    " ON CONFLICT (seq) DO UPDATE SET body = 'b'",
]


def begin(run: str, contract: str | None = "BC-1") -> RunBegin:
    common = {"terms": TERMS, "run": run, "server": "web1", "contract": contract, "at": DAY}
    return RunBegin(**common, playbook="site", reason="hand", operator="root")


def end(run: str, contract: str | None = "BC-1") -> RunEnd:
    return RunEnd(terms=TERMS, run=run, server="web1", contract=contract, at=DAY, outcome="ok")


def check_one_writer(url: str, state_dir: Path) -> None:
    """Days, both chains, searches, verification and an export, on an empty record."""
    for day in (0, 2):
        with Store(url, state_dir) as store:
            now = DAY + timedelta(days=day)
            assert store.append_all([begin(f"r{day}"), end(f"r{day}")], now=now)
    state = {"from": "active", "to": "isolated", "clause": "A-4.1.2-3", "requester": "ada", "reason": "unapproved"}
    with Store(url, state_dir) as store:
        assert store.append(StateChange(terms=TERMS, server="web1", **state), now=LATER) == 7
    report = verify_record(url, state_dir, now=LATER)
    assert (report.findings, report.entries, report.checkpoints, report.late) == ((), 7, 2, 1)
    with Reader(url) as reader:
        assert [entry.seq for entry in reader.entries(kind="run-begin")] == [1, 5]
        assert [entry.seq for entry in reader.entries(since=LATER)] == [3, 4, 5, 6, 7]
        assert reader.latest_states()["web1"].data["to"] == "isolated"
        assert reader.latest_states(["web1"])["web1"].seq == 7
        assert reader.unfinished() == []
    lines = list(export_lines(url, state_dir, terms=TERMS, contract="BC-1", now=LATER))
    key = signer(state_dir).public
    assert verify_lines(lines, keys=[key]).findings == ()
    assert judge(b"".join(lines), key) == 4


def check_writers_at_once(url: str, state_dir: Path, *, processes: int = 4, each: int = 10) -> None:
    """Several processes, two contracts, an empty record: one chain without gaps."""
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_append, args=(url, state_dir, number, each)) for number in range(processes)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
    assert [writer.exitcode for writer in writers] == [0] * processes
    report = verify_record(url, state_dir, now=DAY)
    assert (report.entries, report.whole) == (processes * each, True)


def _append(url: str, state_dir: Path, writer: int, each: int) -> None:
    for number in range(each):
        with Store(url, state_dir, wait=120) as store:
            store.append(begin(f"{writer}-{number}", f"BC-{writer % 2}"), now=DAY)


def check_migrations(url: str, state_dir: Path) -> None:
    """Down and up again: every byte stays; the step that would drop the entries is refused."""
    from infogere.record import migrate
    from infogere.record.database import RecordError, connect

    with Store(url, state_dir) as store:
        store.append_all([begin("r1"), end("r1")], now=DAY)

    def content() -> list[tuple[object, ...]]:
        database = connect(url, create=False)
        rows = [tuple(map(_plain, row)) for row in database.rows("SELECT * FROM record_entry ORDER BY seq")]
        guards = sorted(database.guards())
        database.close()
        return [*rows, *((guard,) for guard in guards)]

    before = content()
    migrate.bring_to(url, "0001")
    assert content() == before
    assert verify_record(url, state_dir, now=DAY).findings == ()
    try:
        migrate.bring_to(url, "base")
    except RecordError as error:
        assert "entries" in str(error)  # noqa: PT017 - no pytest here
    else:
        raise AssertionError("the entries were dropped")
    assert content() == before
    with Store(url, state_dir) as store:  # the next use migrates up by itself
        store.append(begin("r2"), now=DAY)
    assert content()[:2] == before[:2]
    assert verify_record(url, state_dir, now=DAY).whole


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
