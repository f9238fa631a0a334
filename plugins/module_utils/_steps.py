"""A change as a list of steps: each a phrase for people and a function that does it."""

from __future__ import annotations


def carry_out(steps, check_mode, **facts):
    """Do ``steps`` (none in check mode) and return a module's result.

    Args:
        steps: ``[(phrase, function)]``; a function may return a dict of facts for the result.
        facts: what the result says in any case.
    """
    for _phrase, act in [] if check_mode else steps:
        facts |= act() or {}
    phrases = [phrase for phrase, _act in steps]
    return {
        "changed": bool(steps),
        "actions": phrases,
        "diff": {"before": "", "after": "".join(f"{phrase}\n" for phrase in phrases)},
        **facts,
    }
