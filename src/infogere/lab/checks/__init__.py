"""Every service of a server, proved from outside by a real client; the demo's table and the end-to-end tests."""

# Imported in the order in which they run: files are uploaded before pages are fetched.
from infogere.lab.checks import site, isolation, mail, surface  # noqa: F401, I001
from infogere.lab.checks.registry import CHECKS, Check, CheckFailedError

__all__ = ["CHECKS", "Check", "CheckFailedError"]
