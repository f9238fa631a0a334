"""The SLA record: an append-only ledger of what was decided, done, failed and announced.

Who writes imports ``recorder`` (runs) or ``store`` (any entry); who reads imports
``reading``; who doubts imports ``verify``. The format is described in
``docs/record-format.md``. Nothing is imported here: a task pays only for what it uses.
"""
