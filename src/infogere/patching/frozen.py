"""Frozen plans in the state folder: one file per server, which a run takes as it is or not at all."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from infogere.errors import InfogereError
from infogere.patching.plan import Plan, PlannedChange

FOLDER = "patches"
_DIGEST = re.compile(r"^[0-9a-f]{64}$")
_SAFE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$")


def path_of(state_dir: Path, server: str) -> Path:
    """Where the plan of ``server`` lies."""
    if not _SAFE.match(server):
        raise InfogereError(f"{server!r} cannot name a file", way_out="rename the host in the inventory")
    return state_dir / FOLDER / f"{server}.json"


def _kept(path: Path, digest: str) -> Path:
    return path.parent / "kept" / f"{digest}.json"


def freeze(state_dir: Path, plan: Plan) -> Path:
    """Write the plan with its digest, replacing the server's older one; its path."""
    path = path_of(state_dir, plan.server)
    text = json.dumps({**plan.body(), "digest": plan.digest}, indent=2, ensure_ascii=False) + "\n"
    # A run that took the plan before it was replaced still finds it when it writes down what it did.
    for target in (_kept(path, plan.digest), path):
        temporary = target.with_suffix(f".{os.getpid()}.new")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise InfogereError(
                f"{target}: {error.strerror}", way_out="make room or rights for the state folder"
            ) from error
    return path


def thaw(state_dir: Path, server: str, digest: str = "") -> Plan:
    """The frozen plan of ``server``.

    Args:
        digest: of the plan that is wanted, also of an earlier one; its beginning: only if that is the present one;
            empty: the present one, whichever it is.

    Raises:
        InfogereError: there is none, it was altered since, or it is another one.
    """
    path = path_of(state_dir, server)
    if _DIGEST.match(digest) and _kept(path, digest).exists():
        path = _kept(path, digest)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        written = data.pop("digest")
        plan = _plan(data)
    except FileNotFoundError:
        raise InfogereError(f"{server} has no plan", way_out=f"infogere patch plan -l {server}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InfogereError(f"{path} is no plan: {error}", way_out=f"infogere patch plan -l {server}") from error
    if plan.digest != written or plan.server != server:
        raise InfogereError(
            f"{path} was altered after it was frozen: its digest does not fit",
            way_out=f"infogere patch plan -l {server}",
            clause="A-L3-13",
        )
    if not written.startswith(digest):
        raise InfogereError(
            f"the plan of {server} is {written[:12]}, not {digest[:12]}: another one was frozen since",
            way_out="look at it (infogere patch show), then run that one",
        )
    return plan


def all_plans(state_dir: Path) -> list[Plan]:
    """Every frozen plan, by server."""
    return [thaw(state_dir, path.stem) for path in sorted((state_dir / FOLDER).glob("*.json"))]


def _plan(data: dict[str, Any]) -> Plan:
    changes = tuple(_change(change) for change in data.pop("changes"))
    held = tuple((str(p), str(i), str(c), str(w)) for p, i, c, w in data.pop("held"))
    made = datetime.fromisoformat(data.pop("made"))
    if set(data) != {field.name for field in fields(Plan)} - {"changes", "held", "made"}:
        raise ValueError("its keys are not those of a plan")
    return Plan(changes=changes, held=held, made=made, **data)


def _change(data: dict[str, Any]) -> PlannedChange:
    values = {**data, "update_class": data["class"], "needs": tuple(data["needs"]), "services": tuple(data["services"])}
    del values["class"]
    return PlannedChange(**values)
