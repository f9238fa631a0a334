"""Managed hosting under contract."""

__version__ = "0.1.0"
