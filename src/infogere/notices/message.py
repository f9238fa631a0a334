"""A notice as a mail message: headers that no value can break out of, text and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from infogere.errors import InfogereError
from infogere.fleet.models import MAIL, Contact
from infogere.notices.words import Words
from infogere.record.recorder import one_line

_NOT_A_NAME = re.compile(r"[^\w '&+-]")
_NAME_LENGTH = 60


@dataclass(frozen=True)
class Mailbox:
    """Somebody with an address, in ASCII; ``name`` may be empty."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def header(self) -> Address:
        return Address(display_name=self.name, addr_spec=self.address)


@dataclass(frozen=True)
class Envelope:
    """What the headers of a notice say.

    Attributes:
        notice: id of the notice.
        written: when it was written, aware.
        replies_to: Message-ID of the notice that this one follows; empty: none.
        copy: 1, or 2 and more for a further sending of the same notice.
    """

    notice: str
    contract: str
    terms: str
    language: str
    sender: Mailbox
    recipients: tuple[Mailbox, ...]
    written: datetime
    replies_to: str = ""
    copy: int = 1

    @property
    def message_id(self) -> str:
        return f"<{self.notice}@{self.sender.domain}>"


def mailbox(name: str, address: str) -> Mailbox:
    """A mailbox that any mail server understands; international domains in their ASCII form.

    Raises:
        InfogereError: no mail address, or letters before the @ that not every mail server takes.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        spelt = f"{local}@{domain.encode('idna').decode('ascii')}"
        if not MAIL.match(spelt) or not spelt.isascii() or not spelt.isprintable():
            raise ValueError
        Address(addr_spec=spelt)
    except (ValueError, IndexError):
        raise InfogereError(
            f"{one_line(address)!r} is no mail address that every mail server takes", way_out="give another address"
        ) from None
    # Letters, digits and little else: a header that has to quote a name is folded wrongly by some programs.
    return Mailbox(" ".join(_NOT_A_NAME.sub(" ", name).split())[:_NAME_LENGTH].strip(), spelt)


def recipients(contacts: tuple[Contact, ...]) -> tuple[Mailbox, ...]:
    """The contacts that have a mail address, each address once."""
    found: dict[str, Mailbox] = {}
    for contact in contacts:
        if contact.mail:
            box = mailbox(contact.name, contact.mail)
            found.setdefault(box.address.lower(), box)
    return tuple(found.values())


def sender_of(setting: str | None) -> Mailbox:
    """The sender that ``mail_from`` names, ``Name <address>``."""
    if not setting:
        raise InfogereError(
            "no sender for notices", way_out="set mail_from = Name <address> in [infogere] of ansible.cfg"
        )
    name, address = parseaddr(setting)
    return mailbox(name, address)


def compose(envelope: Envelope, words: Words) -> bytes:
    """The whole message as it is handed to a mail server: lines end in CRLF, nothing but ASCII."""
    message = EmailMessage(policy=SMTP)
    message["From"] = envelope.sender.header()
    message["To"] = tuple(box.header() for box in envelope.recipients)
    message["Subject"] = words.subject
    message["Date"] = envelope.written
    message["Message-ID"] = envelope.message_id
    if envelope.replies_to:
        message["In-Reply-To"] = message["References"] = envelope.replies_to
    # No out-of-office answers, please (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Infogere-Notice"] = envelope.notice
    message["X-Infogere-Contract"] = envelope.contract
    message["X-Infogere-Terms"] = envelope.terms
    if envelope.copy > 1:
        message["X-Infogere-Sending"] = str(envelope.copy)
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = envelope.language  # set earlier it would go with the text alone
    return message.as_bytes()
