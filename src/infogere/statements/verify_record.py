#!/usr/bin/env python3
"""Check what your hosting provider exported of its SLA record, without the provider.

    python3 verify_record.py OF-2026-0042.jsonl --key 9f2c... [--since SIZE:ROOT] [--month 2026-10] [--language en]

Needs Python 3.9 or later and the command ``openssl`` (3.0 or later); no network, nothing to install. It says

1. whether it is whole: every entry as it was written, in its place, none missing, every day signed;
2. what follows from the entries: availability and money of every month, computed again here, and
   whether the statements, breaches and claims on record say the same.

Exit code 0: all is well. 1: something was changed, is missing or differs. 2: the command was used wrongly.

This file stands alone on purpose: it shares no line with the provider's software, so that a mistake there cannot
hide here, and so that you can read all of it. It follows the provider's documents "The SLA record: format" and "How
availability and penalties are computed". Parts: 1 bytes, 2 signatures, 3 chains and tree, 4 what the entries say,
5 seconds, 6 availability and money, 7 the report.
"""

from __future__ import annotations

import argparse
import calendar
import hashlib
import itertools
import json
import re
import signal
import subprocess
import sys
import tempfile
import time as clock
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator
from zoneinfo import ZoneInfo

# 1. Bytes ------------------------------------------------------------------------------------------------------

NOTHING = "0" * 64
HASH = "[0-9a-f]{64}"
BODY_KEYS = {
    *("format", "seq", "previous", "contract", "contract_seq", "contract_previous", "recorded", "at"),
    *("kind", "clauses", "terms", "run", "server", "follows", "salt", "data"),
}


class Broken(Exception):
    """The file is not what was written.

    Attributes:
        french: the same sentence for a French reader.
    """

    def __init__(self, where: str, english: str, french: str) -> None:
        super().__init__(f"{where}: {english}")
        for word, mot in (("entry", "entrée"), ("line", "ligne"), ("after", "après"), ("the seal", "le sceau")):
            where = where.replace(word, mot)
        self.french = f"{where} : {french}"


def canonical(value: Any) -> bytes:
    """The one spelling of a value that is hashed and signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(line: bytes, where: str) -> Any:
    """The value of a line, which must be spelled in the one way."""
    try:
        value = json.loads(line)
        if canonical(value) == line:
            return value
    except (ValueError, RecursionError):
        pass
    raise Broken(where, "changed, the line is not in its only spelling", "modifiée, la ligne n'a pas sa seule graphie")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def label(body: dict[str, Any]) -> str:
    """How an entry is named in messages."""
    return f"entry {body.get('seq')} ({body.get('kind')}, {body.get('recorded')})"


# 2. Signatures -------------------------------------------------------------------------------------------------

# An Ed25519 public key as openssl wants it: this prefix (RFC 8410), then the 32 bytes of the key.
DER_PREFIX = bytes.fromhex("302a300506032b6570032100")
Signed = tuple[str, str, bytes, str]
"""Public key, signature (both hex), the bytes that were signed, and whose signature it is."""


def openssl_fits(key: str, signature: str, message: bytes) -> bool:
    """Ask openssl about one signature."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": DER_PREFIX + bytes.fromhex(key), "signature": bytes.fromhex(signature), "message": message}
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", f"{folder}/key", "-in", f"{folder}/message", "-sigfile", f"{folder}/signature"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_signatures(signed: list[Signed], fits: Callable[[str, str, bytes], bool], progress: bool) -> None:
    """All signatures of the file; Broken names the first that does not fit."""
    began = clock.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda one: well_formed(one) and fits(*one[:3]), signed)
        for number, answer in enumerate(answers, 1):
            if progress and clock.monotonic() - began > 2:  # seconds of silence
                print(f"\r{number}/{len(signed)} signatures", end="", file=sys.stderr, flush=True)
            if not answer:
                raise Broken(signed[number - 1][3], "its signature does not fit", "sa signature est fausse")
    if progress and clock.monotonic() - began > 2:
        print("\r\033[K", end="", file=sys.stderr)


def well_formed(one: Signed) -> bool:
    key, signature = one[:2]
    return bool(re.fullmatch(HASH, key) and re.fullmatch("[0-9a-f]{128}", signature))


# 3. Chains and tree --------------------------------------------------------------------------------------------


class Tree:
    """The Merkle tree of RFC 6962 over all entries of the provider, yours shown and the others' hidden."""

    def __init__(self) -> None:
        self.peaks: list[bytes] = []
        self.size = 0

    def add(self, level: int, node: bytes) -> None:
        """Add a perfect subtree of 2 to the power of ``level`` entries."""
        place = self.size >> level
        while place & 1:
            node, place = sha256(b"\1" + self.peaks.pop() + node), place >> 1
        self.peaks.append(node)
        self.size += 1 << level

    def hide(self, count: int, nodes: list[str]) -> None:
        """Add entries of others, given the largest subtrees that they fill."""
        for node in nodes:
            level = count.bit_length() - 1
            while level > 0 and self.size % (1 << level):
                level -= 1
            if count <= 0 or not re.fullmatch(HASH, node):
                break
            self.add(level, bytes.fromhex(node))
            count -= 1 << level
        if count != 0:
            raise ValueError(count)

    @property
    def root(self) -> str:
        if not self.peaks:
            return sha256(b"").hex()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1" + peak + node)
        return node.hex()


class Reading:
    """Reads the lines of an export in order; ``entries`` are those of the contract."""

    def __init__(self, known: set[str]) -> None:
        self.contract = ""
        self.entries: list[dict[str, Any]] = []
        self.tree = Tree()
        self.head = NOTHING
        self.signed: list[Signed] = []
        self.warnings: list[str] = []
        self.takeovers: list[str] = []
        self.late: list[str] = []
        self.points: list[tuple[int, str]] = []
        self.known = set(known)
        self.sealed = ""
        self._may_sign: set[str] = set()
        self._previous = NOTHING
        self._recorded = ""
        self._open_day = ""
        self._last: dict[str, Any] = {}

    def read(self, lines: Iterable[bytes]) -> None:
        """The whole file."""
        numbered = enumerate(lines, 1)
        self._header(next(numbered, (1, b""))[1])
        sealed = False
        for number, line in numbered:
            where = f"line {number}, after {label(self._last)}" if self._last else f"line {number}"
            if not line.endswith(b"\n"):
                raise Broken(where, "the file ends in the middle of a line", "le fichier finit au milieu d'une ligne")
            value = parse(line[:-1], where)
            names = set(value) if isinstance(value, dict) else set()
            if sealed:
                raise Broken(where, "something follows the seal", "quelque chose suit le sceau")
            if names == {"body", "hash"}:
                self._entry(value["body"], value["hash"], where)
            elif names == {"hidden", "nodes"}:
                self._hidden(value, where)
            elif names == {"seal", "signature"}:
                self._seal(value["seal"], value["signature"], where)
                sealed = True
            else:
                raise Broken(where, "not a line of an export", "pas une ligne d'extrait")
        if not sealed:
            raise Broken(
                f"after {label(self._last)}",
                "the file ends without its seal: its tail was cut off",
                "le fichier finit sans son sceau : la fin a été coupée",
            )

    def _header(self, line: bytes) -> None:
        if not line.startswith(b'{"export":'):
            raise Broken("line 1", "this is not an export of the record", "ce n'est pas un extrait du registre")
        value = parse(line[:-1], "line 1")
        about = value.get("export") if isinstance(value, dict) and set(value) == {"export"} else None
        if not isinstance(about, dict) or set(about) != {"contract", "format"} or about["format"] != 2:
            raise Broken("line 1", "not an export of format 2", "pas un extrait au format 2")
        if not isinstance(about["contract"], str):
            raise Broken("line 1", "not the export of a contract", "pas l'extrait d'un contrat")
        self.contract = about["contract"]

    def _hidden(self, value: dict[str, Any], where: str) -> None:
        try:
            self.tree.hide(value["hidden"], value["nodes"])
        except (ValueError, TypeError, AttributeError):
            raise Broken(
                where,
                "hidden entries that do not fill their place",
                "des entrées cachées qui ne remplissent pas leur place",
            ) from None
        self._previous = ""

    def _entry(self, body: Any, entry_hash: str, where: str) -> None:
        if not isinstance(body, dict) or set(body) != BODY_KEYS or not isinstance(body["data"], dict):
            raise Broken(where, "not an entry", "pas une entrée")
        name = label(body)
        if sha256(b"infogere:record:entry:1\n" + canonical(body)).hex() != entry_hash:
            raise Broken(name, "changed, its hash does not fit", "modifiée, son empreinte est fausse")
        expected = self.tree.size + 1
        if body["seq"] != expected:
            wrong = "entries are missing before it" if body["seq"] > expected else "not in its place"
            faux = "il en manque avant elle" if body["seq"] > expected else "elle n'est pas à sa place"
            raise Broken(
                name, f"entry {expected} should stand here; {wrong}", f"l'entrée {expected} devrait être ici ; {faux}"
            )
        if self._previous and body["previous"] != self._previous:
            raise Broken(
                name,
                "does not follow its predecessor; one of the two was replaced",
                "ne suit pas la précédente ; l'une des deux a été remplacée",
            )
        if body["recorded"] < self._recorded:
            raise Broken(
                name,
                "recorded before its predecessor, the clock went backward [A-2-6]",
                "inscrite avant la précédente, l'horloge a reculé [A-2-6]",
            )
        self._own_chain(body, entry_hash, name)
        self._recorded, self._last = body["recorded"], body
        if body["kind"] == "key":
            self._key(body, name)
        else:
            self._day(body, name)
        if body["kind"] == "checkpoint":
            self._checkpoint(body["data"], name)
        self.tree.add(0, sha256(b"\0" + bytes.fromhex(entry_hash)))
        self._previous = entry_hash

    def _own_chain(self, body: dict[str, Any], entry_hash: str, name: str) -> None:
        if body["contract"] is None:
            if body["kind"] not in ("checkpoint", "key"):
                raise Broken(name, "inserted, it is of no contract", "insérée, elle n'est d'aucun contrat")
            return
        if body["contract"] != self.contract:
            raise Broken(name, "inserted, it is of another contract", "insérée, elle est d'un autre contrat")
        expected = len(self.entries) + 1
        if body["contract_seq"] != expected:
            number = body["contract_seq"]
            raise Broken(
                name,
                f"number {number} of the contract, where {expected} should stand",
                f"numéro {number} du contrat, là où devrait être le {expected}",
            )
        if body["contract_previous"] != self.head:
            raise Broken(
                name,
                "does not follow the contract's entry before it; one of the two was replaced",
                "ne suit pas l'entrée précédente du contrat ; l'une des deux a été remplacée",
            )
        self.entries.append(body)
        self.head = entry_hash

    def _day(self, body: dict[str, Any], name: str) -> None:
        """Every day is closed by a checkpoint, one after the other, before anything of a later day."""
        today = body["recorded"][:10]
        closes = body["data"].get("day") if body["kind"] == "checkpoint" else None
        self._open_day = self._open_day or closes or today
        if closes is None:
            if today != self._open_day:
                raise Broken(
                    name,
                    f"the checkpoint that closes {self._open_day} is missing before it",
                    f"le point de contrôle qui clôt le {self._open_day} manque avant elle",
                )
            return
        if closes != self._open_day or closes >= today:
            raise Broken(
                name,
                f"closes {closes}, where the checkpoint of {self._open_day} should stand",
                f"clôt le {closes}, là où devrait être le point de contrôle du {self._open_day}",
            )
        self._open_day = (date.fromisoformat(closes) + timedelta(days=1)).isoformat()
        if body["data"].get("late") != (self._open_day < today):
            raise Broken(name, "says wrongly whether it was late", "ne dit pas vrai sur son retard")
        if body["data"]["late"]:
            self.late.append(closes)

    def _checkpoint(self, data: dict[str, Any], name: str) -> None:
        if (data.get("size"), data.get("root")) != (self.tree.size, self.tree.root):
            size = data.get("size")
            raise Broken(
                name,
                f"signed for {size} entries that are not the {self.tree.size} before it",
                f"signée pour {size} entrées qui ne sont pas les {self.tree.size} d'avant",
            )
        said = canonical({part: data[part] for part in ("day", "root", "size")})
        self._may_sign = self._may_sign or {data["key"]}
        self._sign(data["key"], data["signature"], b"infogere:record:checkpoint:2\n" + said, name)
        self.points.append((data["size"], data["root"]))

    def _key(self, body: dict[str, Any], name: str) -> None:
        data = body["data"]
        said = canonical({"seq": body["seq"], **{part: data[part] for part in ("by", "key", "retires")}})
        self._may_sign = self._may_sign or {data["by"]}
        if data["by"] == data["key"]:
            if data["key"] not in self.known:
                self.takeovers.append(name)
            self._may_sign |= {data["key"]}
        self._sign(data["by"], data["signature"], b"infogere:record:key:1\n" + said, name)
        if data["by"] in self.known:
            self.known.add(data["key"])
        self._may_sign = (self._may_sign - {data["retires"]}) | {data["key"]}

    def _sign(self, key: str, signature: str, message: bytes, name: str) -> None:
        if key not in self._may_sign:
            raise Broken(
                name,
                f"signed by a key that may not sign here, {key}",
                f"signée par une clé qui n'y est pas autorisée, {key}",
            )
        self.signed.append((key, signature, message, name))

    def _seal(self, seal: Any, signature: str, where: str) -> None:
        if self._last.get("kind") != "checkpoint":
            raise Broken(
                where,
                "the entry before the seal is not a checkpoint",
                "l'entrée avant le sceau n'est pas un point de contrôle",
            )
        found = {
            "contract": self.contract,
            "entries": len(self.entries),
            "head": self.head,
            "size": self.tree.size,
            "root": self.tree.root,
            "sealed": self._recorded,
            "key": seal.get("key") if isinstance(seal, dict) else None,
            "format": 2,
        }
        if seal != found:
            raise Broken(where, "the seal is for another file", "le sceau est celui d'un autre fichier")
        if self.known and not {seal["key"], self._last["data"]["key"]} <= self.known:
            raise Broken(
                where,
                f"signed by a key that you do not know, {seal['key']}",
                f"signé par une clé que vous ne connaissez pas, {seal['key']}",
            )
        self._sign(seal["key"], signature, b"infogere:record:seal:2\n" + canonical(seal), f"{where}, the seal")
        self.sealed = self._recorded


def check_since(reading: Reading, since: tuple[int, str] | None) -> None:
    """The checkpoint that you kept from an earlier export is one of this file's."""
    if since is not None and since not in reading.points:
        raise Broken(
            f"{since[0]}:{since[1]}",
            "your earlier checkpoint is not in this record: its past was rewritten",
            "votre point de contrôle antérieur n'y est pas : le passé a été réécrit",
        )


# 4. What the entries say ---------------------------------------------------------------------------------------


def seconds(instant: str) -> int:
    """Whole seconds since 1970 of an instant such as 2026-10-05T08:00:00Z."""
    return int(datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp())


class Facts:
    """The contract as a list of entries tells it, up to an instant."""

    def __init__(self, entries: list[dict[str, Any]], until: int) -> None:
        self.until = until
        withdrawn: set[int] = set()
        for body in reversed(entries):
            if body["kind"] == "correction" and body["seq"] not in withdrawn:
                withdrawn.add(body["data"]["corrects"])
        self.entries = [
            body for body in entries if body["seq"] not in withdrawn or body["kind"] == "incident-contested"
        ]
        self.accepted, self.about = self._notices()
        self.bases = [body for body in self.entries if body["kind"] == "contract-basis"]
        self.incidents = list(self._incidents())
        self.works = [*self._announced(), *self._interruptions()]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (body for body in self.entries if body["kind"] in kinds)

    def basis(self, last: int) -> dict[str, Any]:
        """The order form and figures in force at an instant."""
        if not self.bases:
            raise LookupError("no entry says what was sold (contract-basis)")
        in_force = [body for body in self.bases if seconds(body["at"]) <= last] or self.bases[:1]
        return dict(in_force[-1]["data"])

    @property
    def commissioned(self) -> int | None:
        if self.bases and self.bases[-1]["data"]["commissioned"]:
            return seconds(self.bases[-1]["data"]["commissioned"])
        return min((seconds(body["data"]["commissioned"]) for body in self.of("delivery")), default=None)

    def _notices(self) -> tuple[dict[str, int], dict[int, list[str]]]:
        accepted: dict[str, int] = {}
        about: dict[int, list[str]] = {}
        for body in self.of("notice", "notice-attempt", "customer-informed"):
            data = body["data"]
            if body["kind"] != "notice-attempt" and body["follows"] is not None:
                about.setdefault(body["follows"], []).append(data["notice"])
            if body["kind"] == "notice-attempt" and data["outcome"] == "accepted":
                at = seconds(body["at"])
                accepted[data["notice"]] = min(at, accepted.get(data["notice"], at))
        return accepted, about

    def _told(self, numbers: list[int]) -> bool:
        return any(notice in self.accepted for number in numbers for notice in self.about.get(number, []))

    def _incidents(self) -> Iterator[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for body in self.entries:
            if not body["kind"].startswith("incident-"):
                continue
            name = body["data"]["incident"]
            if body["kind"] == "incident-opened" and name not in found:
                found[name] = {
                    **{"id": name, "server": body["server"], "opened": body, "ticket": None, "start": None},
                    **{"restored": None, "cause": None, "contests": set(), "linked": []},
                }
            if name in found:
                hear(found[name], body)
        by_seq = {body["seq"]: body for body in self.of("decision", "state")}
        for incident in found.values():
            causes = [by_seq[seq] for seq in incident["linked"] if seq in by_seq]
            urgent = [one["seq"] for one in causes if one["kind"] == "decision" and one["data"]["emergency"]]
            incident["emergency"] = bool(urgent)
            incident["informed"] = self._told([incident["opened"]["seq"], *urgent])
            incident["network_cut"] = any(
                one["kind"] == "state" and one["data"]["to"] == "network-cut" for one in causes
            )
            yield incident

    def _announced(self) -> Iterator[dict[str, Any]]:
        found: dict[str, list[dict[str, Any]]] = {}
        done: dict[str, dict[str, Any]] = {}
        for body in self.of("works-announced", "works-cancelled", "works-done"):
            name = body["data"]["works"]
            if body["kind"] == "works-announced":
                found.setdefault(name, []).append(body)
            elif body["kind"] == "works-cancelled":
                found.get(name, []).clear()
            elif name in found:
                done[name] = body["data"]
        for name, revisions in found.items():
            if not revisions:
                continue
            proved = [body for body in revisions if body["data"]["notice"] in self.accepted]
            last = max(proved or revisions, key=lambda body: int(body["data"]["revision"]))
            data, start = last["data"], seconds(last["data"]["start"])
            sent = self.accepted.get(data["notice"])
            really = done.get(name, {})
            yield {
                **{"id": name, "start": start, "end": start + data["duration_s"], "servers": data["servers"]},
                # A notice cannot be dated back: it is not older than the entry that announces it.
                "sent": None if sent is None else max(sent, seconds(last["recorded"])),
                "began": seconds(really["began"]) if really else start,
                "ended": seconds(really["ended"]) if really.get("ended") else start + data["duration_s"],
                **{"in_slot": False, "emergency": False, "informed": False},
            }

    def _interruptions(self) -> Iterator[dict[str, Any]]:
        measured = list(self.of("interruption"))
        runs = {body["run"] for body in measured}
        decisions = {
            (body["run"], body["server"]): body
            for body in self.of("decision")
            if body["run"] in runs and body["data"]["allowed"]
        }
        for body in measured:
            start, decision = seconds(body["data"]["began"]), decisions.get((body["run"], body["server"]))
            end = start + body["data"]["seconds"]
            urgent = decision is not None and bool(decision["data"]["emergency"])
            # A reboot has announced works for its window, never a slot.
            in_slot = decision is not None and not urgent and body["data"]["service"] != "reboot"
            yield {
                **{"id": label(body), "start": start, "end": end, "began": start, "ended": end, "sent": None},
                **{"servers": [body["server"]], "in_slot": in_slot, "emergency": urgent},
                "informed": self._told([body["seq"]] + ([decision["seq"]] if decision else [])),
            }


def hear(incident: dict[str, Any], body: dict[str, Any]) -> None:
    """Take in one entry about an incident."""
    data, kind = body["data"], body["kind"]
    if kind in ("incident-opened", "incident-effect"):
        incident["effect"] = data["effect"]
    if kind in ("incident-opened", "incident-ticket") and data["ticket_at"]:
        incident["ticket"] = earliest(incident["ticket"], seconds(data["ticket_at"]))
    if kind in ("incident-opened", "incident-evidence") and data["started"]:
        incident["start"] = earliest(incident["start"], seconds(data["started"]))
    if kind == "incident-restored":
        incident["restored"] = seconds(data["restored"])
    if kind == "incident-attributed":
        incident["cause"] = data["cause"]
        incident["contests"].discard(data["settles"])
    if kind == "incident-contested":
        incident["contests"].add(body["seq"])
    if kind == "incident-linked" and data["entry"]:
        incident["linked"].append(data["entry"])


def earliest(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


# 5. Seconds ----------------------------------------------------------------------------------------------------

Spans = list[tuple[int, int]]
"""Half-open spans of seconds since 1970, sorted and apart."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: Spans = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def both(left: Spans, right: Spans) -> Spans:
    """Seconds in both. Overlaps count once: a second is in a set or it is not."""
    found, here, there = [], 0, 0
    while here < len(left) and there < len(right):
        found.append((max(left[here][0], right[there][0]), min(left[here][1], right[there][1])))
        if left[here][1] < right[there][1]:
            here += 1
        else:
            there += 1
    return union(found)


def without(left: Spans, right: Spans) -> Spans:
    if not left:
        return []
    edges = [left[0][0], *(edge for span in right for edge in span), left[-1][1]]
    gaps = [(edges[index], edges[index + 1]) for index in range(0, len(edges), 2)]
    return both(left, union(gaps))


def length(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def within(spans: Spans, start: int, end: int) -> int:
    return length(both(spans, [(start, end)])) if start < end else 0


def instant(wall: datetime, zone: ZoneInfo) -> int:
    """Of a wall time; of the first one if the clock showed it twice, of the clock's jump if it never did."""
    at, other = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if other < at:
        offset = local(at, zone).utcoffset()
        while local(at - 60, zone).utcoffset() == offset:
            at -= 60
    return at


def local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc).astimezone(zone)


def month_bounds(month: str, zone: ZoneInfo) -> tuple[int, int]:
    year, number = int(month[:4]), int(month[5:])
    following = (year, number + 1) if number < 12 else (year + 1, 1)
    return instant(datetime(year, number, 1), zone), instant(datetime(*following, 1), zone)


def service_years(commissioned: int, zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Years from commissioning that touch a month; 29 February is 28 February in other years."""
    first = local(commissioned, zone).replace(tzinfo=None, fold=0)

    def opens(number: int) -> int:
        if number == 0:
            return commissioned
        year = first.year + number
        return instant(first.replace(year=year, day=min(first.day, calendar.monthrange(year, first.month)[1])), zone)

    number = 0
    while opens(number) < end:
        if opens(number + 1) > start:
            yield opens(number), opens(number + 1)
        number += 1


def covered(basis: dict[str, Any], zone: ZoneInfo, start: int, end: int) -> Spans:
    """Seconds that the time-to-restore guarantee covers."""
    text = basis["gtr_coverage"]
    if text in (None, "24x7"):
        return union([(start, end)])
    days, hours = text.split(" ")
    first, last = (WEEKDAYS.index(days.split("-")[place]) for place in (0, -1))
    open_on = {(first + offset) % 7 for offset in range((last - first) % 7 + 1)}
    opens, closes = (clock_time.split(":") for clock_time in hours.split("-"))
    found = []
    day = local(start, zone).date() - timedelta(days=1)
    while day <= local(end, zone).date():
        if day.weekday() in open_on and day.isoformat() not in basis["closed_days"]:
            midnight = datetime(day.year, day.month, day.day)
            from_to = [midnight + timedelta(hours=int(hour), minutes=int(minute)) for hour, minute in (opens, closes)]
            found.append((instant(from_to[0], zone), instant(from_to[1], zone)))
        day += timedelta(days=1)
    return both(union(found), [(start, end)])


# 6. Availability and money -------------------------------------------------------------------------------------

WHOLE = 100  # percent of its seconds that an interruption counts
COUNTS, LEFT_OUT, NEITHER = "counts", "left out", "neither"


class Month:
    """One month of a contract under one profile, computed from the facts alone."""

    def __init__(self, facts: Facts, month: str, profile: str) -> None:
        self.facts, self.month, self.profile = facts, month, profile
        zone = ZoneInfo(facts.basis(facts.until)["timezone"])
        start, end = month_bounds(month, zone)
        self.basis = facts.basis(min(end - 1, facts.until))
        self.zone = ZoneInfo(self.basis["timezone"])
        self.readings = {switch["name"]: switch[profile] for switch in self.basis["readings"]}
        if self.readings["amounts"] != "excluding-vat":
            raise LookupError("amounts including VAT need its rate, which no entry holds")
        if facts.commissioned is None or end <= facts.commissioned:
            raise LookupError("before the service began")
        if self.basis["monthly_fee"] is None:
            raise LookupError("the monthly fee is not on record")
        self.part = int(self.readings.get("degradation_percent", 0))  # percent that a degradation may weigh (Q2)
        self.commissioned = facts.commissioned
        self.start, self.end = max(start, self.commissioned), end
        self.fee = Decimal(self.basis["monthly_fee"])
        self.years = list(service_years(self.commissioned, self.zone, self.start, self.end))
        self._planned: dict[str | None, Spans] = {}
        self.clocks = [self._clock(incident) for incident in facts.incidents]
        self.judged = [self._judge(works) for works in facts.works]
        self._compute()

    # Incidents and works, under the readings

    def _clock(self, incident: dict[str, Any]) -> dict[str, Any]:
        """The contract clock: from the customer's ticket, or the evidence if that is later (A-5.3-1, Q27)."""
        tickets = [incident["ticket"]]
        opened = incident["opened"]
        if self.readings["clock_start"] == "provider-incident-too" and opened["data"]["origin"] != "customer":
            tickets.append(seconds(opened["at"]))
        ticket = min((max(at, self.commissioned) for at in tickets if at is not None), default=None)
        span = None
        if ticket is not None:
            begin = ticket if incident["start"] is None else max(ticket, incident["start"])
            end = self.facts.until if incident["restored"] is None else incident["restored"]
            span = (begin, max(begin, end))
        own = {"weight": self._weight(incident), "standing": self._standing(incident, ticket)}
        return {**incident, **own, "ticket": ticket, "span": span}

    def _weight(self, incident: dict[str, Any]) -> int:
        """Percent of its seconds that count: of a degradation what was agreed (Q2)."""
        if incident["effect"] == "interruption" or self.readings["degradation"] != "weighted":
            return WHOLE
        if not self.part:
            raise LookupError("the weight of a degradation is not on record")
        return self.part

    def _standing(self, incident: dict[str, Any], ticket: int | None) -> str:
        reading = self.readings
        if incident["effect"] == "degradation" and reading["degradation"] == "recorded-only":
            return NEITHER  # Q2
        excused = (
            incident["cause"] in ("client", "third_party")  # A-5.1-6
            or (incident["cause"] == "supplier" and reading["supplier_outage"] == "excluded")  # Q5
            or (
                incident["emergency"]
                and incident["informed"]
                and reading["emergency_time"] == "excluded-when-informed"  # Q9
            )
            or (incident["network_cut"] and reading["network_cut_time"] == "excluded")  # Q6
        )
        contested = bool(incident["contests"]) and reading["attribution"] == "contestable-entry"  # Q11
        if excused and not contested:
            return LEFT_OUT
        if ticket is None or (incident["start"] is None and incident["cause"] is None):
            return NEITHER  # A-5.3-1: no ticket; A-5.4-1: a ticket alone proves nothing
        return COUNTS

    def _judge(self, works: dict[str, Any]) -> dict[str, Any]:
        """Which part of works is outside the guarantees, and which counts (A-5.5-1, A-5.5-3, Q28)."""
        began, ended, reading = works["began"], works["ended"], self.readings
        if works["sent"] is not None and self._in_time(works):
            announced = both(union([(began, ended)]), union([(works["start"], works["end"])]))
            return {**works, "planned": announced, "counted": without(union([(began, ended)]), announced)}
        agreed = works["in_slot"] and reading["restart_in_slot"] == "planned"
        told = works["emergency"] and works["informed"] and reading["emergency_time"] == "excluded-when-informed"
        whole = union([(began, ended)])
        return {**works, "planned": whole if agreed or told else [], "counted": [] if agreed or told else whole}

    def _in_time(self, works: dict[str, Any]) -> bool:
        notice = self.basis["notice_days"]
        if self.readings["works_notice"] == "whole-hours":
            return bool(works["sent"] <= works["start"] - notice * 86400)
        days = (local(works["start"], self.zone).date() - local(works["sent"], self.zone).date()).days
        return bool(days >= notice + (self.readings["works_notice"] == "clear-days"))

    def _planned_for(self, server: str | None) -> Spans:
        """Planned time of one server; None: of any."""
        if server not in self._planned:
            own = [job for job in self.judged if server is None or not job["servers"] or server in job["servers"]]
            self._planned[server] = union(span for job in own for span in job["planned"])
        return self._planned[server]

    # The guarantee's own clock

    def _running(self, server: str | None, start: int, end: int) -> Spans:
        return without(covered(self.basis, self.zone, start, end), self._planned_for(server))

    def _overrun(self, own: dict[str, Any]) -> int:
        guaranteed = (self.basis["gtr_hours"] or 0) * 3600
        return max(0, length(self._running(own["server"], *own["span"])) - guaranteed)

    def _counted(self, span: tuple[int, int], server: str | None) -> Spans:
        """The part of an interruption that is incident time (A-5.1-5, Q22)."""
        if self.readings["gtr_coverage"] != "after-gtr":
            return union([span])
        left = (self.basis["gtr_hours"] or 0) * 3600
        for start, end in self._running(server, *span):
            if left <= 0:
                break
            if end - start >= left:
                return union([(start + left, span[1])])
            left -= end - start
        return union([span]) if left <= 0 else []

    # Article 5.1

    def _sorted(self, start: int, end: int, clocks: list[dict[str, Any]]) -> dict[str, Spans]:
        """Seconds between two instants: covered, and of these each in one set at most; ``part``: those that weigh less.

        What was degraded gives way to what was interrupted, on either side.
        """
        in_calendar = self.readings["gtr_coverage"] == "coverage-calendar"
        cover = covered(self.basis, self.zone, start, end) if in_calendar else union([(start, end)])
        exposed = [
            span
            for own in clocks
            if own["standing"] == COUNTS and own["weight"] == WHOLE and own["span"] and own["server"]
            for span in without(union([own["span"]]), self._planned_for(own["server"]))
        ]
        planned = both(cover, without(self._planned_for(None), union(exposed)))
        failing = [span for job in self.judged for part in job["counted"] for span in self._counted(part, None)]

        def time_of(standing: str, whole: bool) -> list[tuple[int, int]]:
            own = [one for one in clocks if one["standing"] == standing and one["span"]]
            own = [one for one in own if (one["weight"] == WHOLE) == whole]
            return [span for one in own for span in self._counted(one["span"], one["server"])]

        sets, rest = {"covered": cover, "planned": planned}, without(cover, planned)
        # A second that counts against the provider is not excused by the client's own incident.
        for name, spans in (
            ("unavailable", [*time_of(COUNTS, True), *failing]),
            ("excluded", time_of(LEFT_OUT, True)),
            ("part unavailable", time_of(COUNTS, False)),
            ("part excluded", time_of(LEFT_OUT, False)),
        ):
            sets[name] = both(rest, union(spans))
            rest = without(rest, sets[name])
        return sets

    def _rate(self, sets: dict[str, Spans], start: int, end: int, seen: int) -> dict[str, Any]:
        seen = min(seen, end)
        total, planned_s = within(sets["covered"], start, end), within(sets["planned"], start, seen)
        # Parts of a second are rounded for the client: up where they count, down where they are left out.
        unavailable_s = within(sets["unavailable"], start, seen)
        unavailable_s += -(-within(sets["part unavailable"], start, seen) * self.part // WHOLE)
        excluded_s = within(sets["excluded"], start, seen)
        excluded_s += within(sets["part excluded"], start, seen) * self.part // WHOLE
        base = total if self.readings["planned_time"] == "left-in-total" else total - planned_s
        denominator = base - excluded_s
        numerator = denominator - unavailable_s
        if self.readings["incident_time"] == "provider-only":
            numerator = min(base - unavailable_s, denominator)
        return {
            **{"total": total, "planned": planned_s, "unavailable": unavailable_s, "excluded": excluded_s},
            **{"numerator": numerator, "denominator": denominator},
            "under": numerator < Fraction(self.basis["rate"]) / 100 * denominator,
        }

    def _compute(self) -> None:
        sets = self._sorted(self.years[0][0], self.years[-1][1], self.clocks)
        found = self._rate(sets, self.start, self.end, self.end)
        self.limit = Fraction(self.basis["monthly_limit_s"])
        over = found["unavailable"] > self.limit
        test = self.readings["breach_test"]
        if test == "real-month":
            self.limit = (1 - Fraction(self.basis["rate"]) / 100) * found["denominator"]
            over = found["under"]
        crossed = any(
            self._rate(sets, *year, self.end)["under"] and not self._rate(sets, *year, self.start)["under"]
            for year in self.years
        )
        breach = (over and test != "year-only") or (crossed and test != "real-month")
        slices = self._slices(found["unavailable"]) if breach else 0
        gtd = min(slices * Decimal(self.basis["slice_percent"]), Decimal(self.basis["gtd_cap_percent"]))
        bands = self._bands()
        gtr = min(sum(bands.values(), Decimal(0)), Decimal(self.basis["gtr_cap_percent"]))
        total = self._together(gtd, gtr, bands, breach)
        rate = None
        if found["denominator"]:
            exact = Decimal(found["numerator"]) * 100 / Decimal(found["denominator"])
            rate = exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)
        self.result: dict[str, Any] = {
            **{"rate": rate, "unavailable_s": found["unavailable"], "planned_s": found["planned"], "breach": breach},
            **{"gtd_percent": gtd, "gtd_amount": self._money(gtd), "gtr_percent": gtr},
            **{"gtr_amount": self._money(gtr), "total_percent": total, "total_amount": self._money(total)},
        }

    def _money(self, percent: Decimal) -> Decimal:
        return (self.fee * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _slices(self, unavailable: int) -> int:
        base = Fraction(unavailable)
        if self.readings["slice_base"] == "excess":
            base = max(Fraction(0), base - self.limit)
        whole = base / self.basis["slice_s"]
        return int(-(-whole // 1) if self.readings["slice_rounding"] == "started" else whole // 1)

    # Article 5.2

    def _paying_month(self, own: dict[str, Any]) -> str | None:
        at = own["ticket"] if self.readings["gtr_month"] == "ticket" else own["restored"]
        return None if at is None else local(at, self.zone).strftime("%Y-%m")

    def _owed(self, own: dict[str, Any]) -> bool:
        guaranteed = own["effect"] == "interruption" and own["standing"] == COUNTS and own["span"] is not None
        return guaranteed and self.basis["gtr_hours"] is not None

    def _bands(self) -> dict[str, Decimal]:
        """Percent for each incident whose penalty belongs to this month."""
        own = [one for one in self.clocks if self._owed(one) and self._paying_month(one) == self.month]
        return {one["id"]: self._band(self._overrun(one)) for one in own}

    def _band(self, overrun: int) -> Decimal:
        *timed, last = [(band["up_to_hours"], Decimal(band["percent"])) for band in self.basis["bands"]]
        highest = timed[-1][0] * 3600
        how = self.readings["gtr_bands"]
        if how == "threshold-reached":
            if overrun > highest:
                return last[1]
            reached = [percent for hours, percent in timed if hours * 3600 <= overrun]
            return reached[-1] if reached else Decimal(0)
        if overrun <= 0:
            return Decimal(0)
        if how == "last-on-top" and overrun < 2 * highest:
            overrun = min(overrun, highest)
        return next((percent for hours, percent in timed if overrun <= hours * 3600), last[1])

    def _together(self, gtd: Decimal, gtr: Decimal, bands: dict[str, Decimal], breach: bool) -> Decimal:
        """Both guarantees and their caps (Q24)."""
        cap, caps = Decimal(self.basis["gtd_cap_percent"]), self.readings["caps"]
        if caps == "separate":
            return gtd + gtr
        if caps == "shared":
            return min(gtd + gtr, cap)
        if gtr >= cap:
            return cap
        # An incident pays under one guarantee only: the choice that comes to most for the customer.
        paying = [name for name, percent in bands.items() if percent]
        best = Decimal(0)
        for size in range(len(paying) + 1):
            for chosen in itertools.combinations(paying, size):
                own = sum((bands[name] for name in chosen), Decimal(0))
                rest = Decimal(0)
                if gtd:
                    slices = self._slices(self._unavailable_without(set(chosen))) if breach else 0
                    rest = min(slices * Decimal(self.basis["slice_percent"]), cap)
                best = max(best, min(own + rest, cap))
        return best

    def _unavailable_without(self, paid: set[str]) -> int:
        left = [one for one in self.clocks if one["id"] not in paid and not self._paid_elsewhere(one)]
        sets = self._sorted(self.start, self.end, left)
        return int(self._rate(sets, self.start, self.end, self.end)["unavailable"])

    def _paid_elsewhere(self, own: dict[str, Any]) -> bool:
        if not self._owed(own) or self._paying_month(own) in (None, self.month):
            return False
        return self._band(self._overrun(own)) > 0


# 7. The report -------------------------------------------------------------------------------------------------

PROFILES = ("customer", "provider")
FIGURES = [
    *("rate", "unavailable_s", "planned_s", "breach"),
    *(f"{guarantee}_{unit}" for guarantee in ("gtd", "gtr", "total") for unit in ("percent", "amount")),
]
WORDS: dict[str, dict[str, Any]] = {
    "fr": {
        "whole": "La chaîne est complète : {entries} entrées du contrat {contract}, {signed} signatures vérifiées.",
        "unknown": "Aucune clé n'a été donnée : comparez celle-ci avec celle que vous connaissez : {key}",
        "late": "! {count} jour(s) signé(s) en retard, du {first} au {last}",
        "takeover": "! {entry} : une clé s'introduit elle-même ; demandez pourquoi à votre prestataire",
        "keep": "À conserver pour la prochaine fois : --since {point}",
        "head": ("mois", "disponibilité", "indispo. (s)", "client (EUR)", "prestataire (EUR)", "verdict"),
        "agrees": "concorde",
        "computed": "calculé",
        "differs": "DIFFÈRE",
        "skipped": "non recalculé",
        "good": "Rien n'a été modifié ni retiré, et ce qui est écrit concorde avec ce qui a été recalculé.",
        "bad": "Ce fichier n'est pas digne de foi en l'état : montrez ce résultat à votre prestataire.",
        "difference": "{entry} : {month}, lecture {profile} : {figure} y vaut {said}, recalculé {found}",
    },
    "en": {
        "whole": "The chain is whole: {entries} entries of contract {contract}, {signed} signatures checked.",
        "unknown": "No key was given: compare this one with the one that you know: {key}",
        "late": "! {count} day(s) signed late, from {first} to {last}",
        "takeover": "! {entry}: a new key introduces itself; ask your provider why",
        "keep": "To keep for next time: --since {point}",
        "head": ("month", "availability", "down (s)", "customer (EUR)", "provider (EUR)", "verdict"),
        "agrees": "agrees",
        "computed": "computed",
        "differs": "DIFFERS",
        "skipped": "not recomputed",
        "good": "Nothing was changed or removed, and what was written agrees with what was computed again.",
        "bad": "This file cannot be trusted as it is: show this result to your provider.",
        "difference": "{entry}: {month}, profile {profile}: {figure} is {said} there, {found} computed again",
    },
}


def same(figure: str, said: Any, found: Any) -> bool:
    """Whether an entry says what was computed; figures are compared as numbers, not as text."""
    if figure in ("unavailable_s", "planned_s", "breach") or said is None or found is None:
        return bool(said == found)
    return bool(Decimal(said) == found)


def compute(facts: Facts, month: str) -> dict[str, dict[str, Any]]:
    """Both profiles of one month; LookupError where it cannot be computed."""
    return {profile: Month(facts, month, profile).result for profile in PROFILES}


def claims(reading: Reading) -> Iterator[tuple[dict[str, Any], str]]:
    """Entries that state figures, with their month."""
    month_of = {
        body["data"]["claim"]: body["data"]["month"] for body in reading.entries if body["kind"] == "claim-opened"
    }
    for body in reading.entries:
        if body["kind"] in ("statement", "breach"):
            yield body, body["data"]["month"]
        elif body["kind"] == "claim-validated" and body["data"]["claim"] in month_of:
            yield body, month_of[body["data"]["claim"]]


def known_at(reading: Reading, body: dict[str, Any]) -> Facts:
    """What the provider knew when it wrote these figures."""
    last = body["data"]["head_seq"] if body["kind"] == "statement" else body["seq"] - 1
    return Facts([one for one in reading.entries if one["seq"] <= last], seconds(body["at"]))


def differences(reading: Reading, words: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """For each stated month: the month, and what differs (None: it agrees)."""
    for body, month in claims(reading):
        computed = compute(known_at(reading, body), month)
        for stated in body["data"]["priced"]:
            found = computed[stated["profile"]]
            wrong = [figure for figure in FIGURES if not same(figure, stated[figure], found[figure])]
            for figure in wrong:
                yield month, words["difference"].format(
                    entry=label(body), month=month, profile=stated["profile"], figure=figure,
                    said=stated[figure], found=found[figure],
                )  # fmt: skip
            if not wrong:
                yield month, None


def months(facts: Facts) -> list[str]:
    """Every month from the beginning of the service to the end of the record."""
    if facts.commissioned is None or not facts.bases:
        return []
    zone = ZoneInfo(facts.basis(facts.until)["timezone"])
    first, last = (local(at, zone) for at in (facts.commissioned, facts.until))
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count)]


def report(reading: Reading, only: str | None, words: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """One row a month, and the differences in words."""
    facts = Facts(reading.entries, seconds(reading.sealed))
    verdicts: dict[str, list[str | None]] = {}
    try:
        for month, difference in differences(reading, words):
            verdicts.setdefault(month, []).append(difference)
    except LookupError as error:
        verdicts.setdefault("", []).append(None)
        reading.warnings.append(str(error).strip("'"))
    rows = []
    for month in [only] if only else months(facts):
        said = verdicts.get(month, [])
        row: dict[str, Any] = {"month": month, "verdict": "agrees" if said else "computed"}
        if any(said):
            row["verdict"] = "differs"
        try:
            row.update(compute(facts, month))
        except LookupError as error:
            row.update({"verdict": "skipped", "why": str(error).strip("'")})
        rows.append(row)
    return rows, [text for said in verdicts.values() for text in said if text]


def shown(rows: list[dict[str, Any]], words: dict[str, Any]) -> Iterator[str]:
    table = [list(words["head"])]
    for row in rows:
        cells = [row["month"], "", "", "", "", words[row["verdict"]] + (f": {row['why']}" if "why" in row else "")]
        if "customer" in row:
            one, other = row["customer"], row["provider"]
            cells[1:5] = [
                f"{one['rate']} %",
                str(one["unavailable_s"]),
                *(str(x["total_amount"]) for x in (one, other)),
            ]
        table.append(cells)
    widths = [max(len(cells[column]) for cells in table) for column in range(5)]
    for cells in table:
        yield "  ".join([cells[0].ljust(widths[0]), *(cells[n].rjust(widths[n]) for n in range(1, 5)), cells[5]])


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Check an export of the SLA record by yourself / Vérifier vous-même un extrait du registre.",
        epilog="Exit code 0: all is well; 1: changed, missing or different; 2: wrong use.",
    )
    parser.add_argument("file", type=Path, help="what the provider exported / l'extrait")
    parser.add_argument("--key", action="append", default=[], metavar="HEX", help="public key you know / clé connue")
    parser.add_argument("--since", metavar="SIZE:ROOT", help="checkpoint you kept from an earlier export")
    parser.add_argument("--month", metavar="YYYY-MM", help="only this month / seulement ce mois")
    parser.add_argument("--language", choices=sorted(WORDS), default="fr")
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument("--strict", action="store_true", help="warnings and skipped months count as failures")
    options = parser.parse_args(given)
    if any(not re.fullmatch(HASH, key) for key in options.key):
        parser.error("--key: a public key has 64 hexadecimal digits")
    if options.month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", options.month):
        parser.error("--month: write 2026-10")
    if options.since:
        match = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", options.since)
        if not match:
            parser.error("--since: write SIZE:ROOT as it was printed")
        options.since = (int(match[1]), match[2])
    return options


def verify(
    lines: Iterable[bytes],
    keys: Iterable[str] = (),
    since: tuple[int, str] | None = None,
    *,
    fits: Callable[[str, str, bytes], bool] = openssl_fits,
    progress: bool = False,
) -> Reading:
    """Parts 1 to 3; Broken if the file is not whole."""
    reading = Reading(set(keys))
    try:
        reading.read(lines)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Broken(
            f"after {label(reading._last)}",
            f"not in the format of the record ({error!r})",
            f"pas au format du registre ({error!r})",
        ) from error
    check_signatures(reading.signed, fits, progress)
    check_since(reading, since)
    return reading


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    words = WORDS[options.language]
    try:
        with options.file.open("rb") as lines:
            reading = verify(lines, options.key, options.since, progress=sys.stderr.isatty())
    except Broken as broken:
        said = broken.french if options.language == "fr" else str(broken)
        print(json.dumps({"whole": False, "finding": said}) if options.json else f"{said}\n\n{words['bad']}")
        return 1
    except OSError as error:
        print(f"{error.filename or options.file}: {error.strerror}", file=sys.stderr)
        return 2
    rows, wrong = report(reading, options.month, words)
    failed = bool(wrong) or (
        options.strict
        and (bool(reading.warnings or reading.late or reading.takeovers) or any("why" in row for row in rows))
    )
    point = "{}:{}".format(*reading.points[-1])
    if options.json:
        found = {"whole": True, "contract": reading.contract, "entries": len(reading.entries), "point": point}
        found.update({"months": rows, "differences": wrong, "late": reading.late})
        found.update({"takeovers": reading.takeovers, "warnings": reading.warnings})
        print(json.dumps(found, default=str, ensure_ascii=False))
        return int(failed)
    print(words["whole"].format(entries=len(reading.entries), contract=reading.contract, signed=len(reading.signed)))
    if not options.key:
        print(words["unknown"].format(key=reading.signed[-1][0]))
    if reading.late:
        print(words["late"].format(count=len(reading.late), first=reading.late[0], last=reading.late[-1]))
    for entry in reading.takeovers:
        print(words["takeover"].format(entry=entry))
    print(*(f"! {one}" for one in reading.warnings), sep="\n", end="\n" if reading.warnings else "")
    print("", *shown(rows, words), "", sep="\n")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(words["keep"].format(point=point))
    print(words["bad" if failed else "good"])
    return int(failed)


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # what is cut off by `| head` is no fault
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    raise SystemExit(main())
