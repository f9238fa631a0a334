"""Planned works: announced in time and with proof, or not outside the guarantees (article 5.5)."""
