"""Availability, penalties, claims and time credit, computed from the record (article 5)."""
