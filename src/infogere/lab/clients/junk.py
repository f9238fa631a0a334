"""Messages that every installation of rspamd scores alike, without asking the network."""

from __future__ import annotations

from email.message import EmailMessage

from infogere.lab.clients.mail import GTUBE, message


def refused(sender: str, recipient: str) -> EmailMessage:
    """Junk beyond doubt: refused at the door."""
    return message(sender, recipient, "Test", f"{GTUBE}\n")


def likely(sender: str, recipient: str, subject: str) -> EmailMessage:
    """A program as attachment, from a host without a name: 7 to 9 points."""
    new = message(sender, recipient, subject)
    new.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="invoice.exe")
    return new


def certain(sender: str, recipient: str, subject: str) -> EmailMessage:
    """The same, sent by a broken-into web site: 12 to 14 points."""
    new = likely(sender, recipient, subject)
    new["X-PHP-Originating-Script"] = "0:mailer.php(3) : eval()'d code"
    return new
