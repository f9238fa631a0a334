"""The provider's calendar: working days, windows, discouraged periods, deadlines.

>>> from infogere import calendar
>>> office = calendar.load()
>>> window = calendar.patch_window(office)
>>> window.contains(at, expected_duration=1800), window.next_opening(at)
"""

from __future__ import annotations

from infogere.calendar.days import Calendar, Day, Discouraged, load
from infogere.calendar.deadlines import KINDS, Deadline
from infogere.calendar.spans import Span
from infogere.calendar.windows import Window, patch_window

__all__ = ["KINDS", "Calendar", "Day", "Deadline", "Discouraged", "Span", "Window", "load", "patch_window"]
