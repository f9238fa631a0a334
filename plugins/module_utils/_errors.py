"""The exception that a module's logic raises to fail with one clear line."""

from __future__ import annotations


class ModuleError(Exception):
    """What is wrong, where, and the way out, in one line."""
