"""A third party's verifier of an export, written from docs/record-format.md alone; AssertionError if it is wrong."""

from __future__ import annotations

import json
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTHING = "0" * 64
KEYS = sorted(
    (
        *("format", "seq", "previous", "contract", "contract_seq", "contract_previous", "recorded", "at"),
        *("kind", "clauses", "terms", "run", "server", "follows", "salt", "data"),
    )
)


def spell(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_signature(key: str, signature: str, prefix: str, value: Any) -> None:
    assert key + signature == (key + signature).lower()
    message = f"infogere:record:{prefix}\n".encode() + spell(value)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        raise AssertionError(f"signature of {prefix}") from None


class Tree:
    def __init__(self) -> None:
        self.peaks: list[bytes] = []
        self.size = 0

    def grow(self, level: int, node: bytes) -> None:
        place = self.size >> level
        while place & 1:
            node, place = sha256(b"\1" + self.peaks.pop() + node).digest(), place >> 1
        self.peaks.append(node)
        self.size += 1 << level

    def hide(self, count: int, nodes: list[str]) -> None:
        assert count > 0
        for node in nodes:
            level = max(n for n in range(count.bit_length()) if 1 << n <= count and self.size % (1 << n) == 0)
            self.grow(level, bytes.fromhex(node))
            count -= 1 << level
        assert count == 0

    @property
    def root(self) -> str:
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1" + peak + node).digest()
        return node.hex()


class Judge:
    def __init__(self, contract: str | None, known: str) -> None:
        self.contract, self.tree = contract, Tree()
        self.number, self.head = 0, NOTHING
        self.previous, self.recorded, self.open_day, self.kind = NOTHING, "", "", ""
        self.in_force: set[str] = set()
        self.trusted, self.signer = {known}, ""
        self.seen: set[tuple[int, str]] = set()

    def line(self, value: dict[str, Any]) -> None:
        if value.keys() == {"hidden", "nodes"}:
            assert self.contract is not None
            self.tree.hide(value["hidden"], value["nodes"])
            self.previous = ""
            return
        assert value.keys() == {"body", "hash"}
        body, self.kind = value["body"], value["body"]["kind"]
        assert sorted(body) == KEYS
        assert sha256(b"infogere:record:entry:1\n" + spell(body)).hexdigest() == value["hash"]
        assert body["seq"] == self.tree.size + 1
        assert self.previous in {"", body["previous"]}
        assert body["recorded"] >= self.recorded
        self.chain(body, value["hash"])
        self.recorded = body["recorded"]
        if self.kind == "key":
            self.change(body, body["data"])
        else:
            self.day(body["data"].get("day") if self.kind == "checkpoint" else None, body["data"])
        if self.kind == "checkpoint":
            self.checkpoint(body["data"])
        self.tree.grow(0, sha256(b"\0" + bytes.fromhex(value["hash"])).digest())
        self.previous = value["hash"]

    def chain(self, body: dict[str, Any], entry_hash: str) -> None:
        if self.contract is not None and body["contract"] is None:
            assert self.kind in {"checkpoint", "key"}
            return
        if self.contract is not None:
            assert body["contract"] == self.contract
            assert (body["contract_seq"], body["contract_previous"]) == (self.number + 1, self.head)
        self.number, self.head = self.number + 1, entry_hash

    def day(self, day: str | None, data: dict[str, Any]) -> None:
        self.open_day = self.open_day or day or self.recorded[:10]
        if day is None:
            assert self.recorded[:10] == self.open_day
            return
        assert day == self.open_day < self.recorded[:10]
        self.open_day = str(date.fromisoformat(day) + timedelta(days=1))
        assert data["late"] == (self.open_day < self.recorded[:10])

    def checkpoint(self, data: dict[str, Any]) -> None:
        assert (data["size"], data["root"]) == (self.tree.size, self.tree.root)
        check_signature(
            data["key"], data["signature"], "checkpoint:2", {name: data[name] for name in ("day", "root", "size")}
        )
        self.in_force = self.in_force or {data["key"]}
        assert data["key"] in self.in_force
        self.signer = data["key"]
        self.seen.add((data["size"], data["root"]))

    def change(self, body: dict[str, Any], data: dict[str, Any]) -> None:
        signed = {"seq": body["seq"], **{name: data[name] for name in ("by", "key", "retires")}}
        check_signature(data["by"], data["signature"], "key:1", signed)
        assert data["by"] in self.in_force
        self.in_force = self.in_force - {data["retires"]} | {data["key"]}
        self.trusted |= {data["key"]} if data["by"] in self.trusted else set()

    def seal(self, seal: dict[str, Any], signature: str) -> None:
        assert self.kind == "checkpoint"
        assert self.signer in self.trusted
        stated = [seal[name] for name in ("contract", "entries", "head", "size", "root", "sealed", "format")]
        found = [self.contract, self.number, self.head, self.tree.size, self.tree.root, self.recorded, 2]
        assert stated == found
        assert seal["key"] in self.in_force & self.trusted
        check_signature(seal["key"], signature, "seal:2", seal)


def judge(export: bytes, known: str, since: tuple[int, str] | None = None) -> int:
    """The number of entries that the export proves."""
    assert export.endswith(b"\n")
    lines = export[:-1].split(b"\n")
    values = [json.loads(line) for line in lines]
    assert lines == [spell(value) for value in values]
    header, *middle, last = values
    assert header == {"export": {"contract": header["export"]["contract"], "format": 2}}
    reader = Judge(header["export"]["contract"], known)
    for value in middle:
        reader.line(value)
    assert last.keys() == {"seal", "signature"}
    reader.seal(last["seal"], last["signature"])
    assert since is None or since in reader.seen
    return reader.number
