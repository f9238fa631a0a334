"""How long something takes, as people type it: one grammar for every command."""

from __future__ import annotations

import re

from infogere.errors import InfogereError

# Minutes may go without their letter at the end, as in 1h30, and only there: 7200s are no 720 minutes.
_FORM = re.compile(r"(?:(\d{1,3})h ?)?(?:(\d{1,4})(?:m|min|$) ?)?(?:(\d{1,7})s)?")


def seconds(text: str, *, bare_minutes: bool, clause: str = "") -> int:
    """Seconds of ``2h``, ``1h30``, ``1h20m``, ``90m`` or ``90s``; zero is one too.

    Args:
        bare_minutes: whether ``45`` means minutes; where hours are as likely, it is refused.
        clause: why a duration is needed; it goes into the error.

    Raises:
        InfogereError: it is none of these.
    """
    typed = text.strip()
    found = _FORM.fullmatch(typed)
    if not found or not any(found.groups()) or (typed.isdigit() and not bare_minutes):
        way_out = "write 2h, 1h30 or 90m" + (", or minutes: 45" if bare_minutes else "")
        raise InfogereError(f"{text!r} is no duration", way_out=way_out, clause=clause)
    hours, minutes, left = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + left
