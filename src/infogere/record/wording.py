"""Entries in words, for people: one line each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infogere.errors import InfogereError
from infogere.record.phrases import PHRASES

if TYPE_CHECKING:
    from infogere.record.reading import StoredEntry


def summary(entry: StoredEntry) -> tuple[str, str]:
    """What an entry says in one line, and its colour."""
    try:
        data = entry.data
    except InfogereError:
        return "damaged: run `infogere record verify`", "bold red"
    in_check_mode = " (check mode)" if data.get("check_mode") else ""
    words = _words(entry.kind, data)
    bad = data.get("outcome") in {"failed", "unreachable"}
    refused = data.get("outcome") == "refused" or data.get("allowed") is False
    return words + in_check_mode, "red" if bad else "yellow" if refused else ""


def _words(kind: str, data: Any) -> str:
    match kind:
        case "run-begin":
            parts = [data["playbook"], "by", data["operator"], f"({data['reason']})", data["reference"]]
        case "run-end":
            changed = None if data["changed"] is None else f"{data['changed']} changed"
            parts = [data["outcome"], changed, data["failed_task"], data["message"]]
        case "decision":
            answer = "allowed" if data["allowed"] else "refused"
            parts = [data["action"], answer, data["clause"] and f"[{data['clause']}]", data["reason"]]
        case "object":
            unchanged = None if data["changed"] else "(unchanged)"
            archive = data.get("archive") and f"archived in {data['archive']}"
            parts = [data["object_kind"], data["name"], data["state"], unchanged, archive]
        case "state":
            parts = [data["from"] or "new", "->", data["to"], f"[{data['clause']}]", data["reason"]]
        case "correction":
            parts = [f"entry {data['corrects']}:", data["text"]]
        case "checkpoint":
            closes = data.get("day") and f"closes {data['day']}{' late' if data['late'] else ''},"
            size = f"{data['size']} {'entry' if data['size'] == 1 else 'entries'}"
            parts = [closes, f"{size}, root {data['root'][:16]}, key {data['key'][:16]}"]
        case "key":
            instead = f"instead of {data['retires'][:16]}" if data["retires"] else "too"
            parts = [f"{data['key'][:16]} signs {instead}, says {data['by'][:16]}"]
        case _ if kind in PHRASES:
            parts = PHRASES[kind](data)
        case _:
            parts = [json.dumps(data, ensure_ascii=False)]
    return " ".join(part for part in parts if part)
