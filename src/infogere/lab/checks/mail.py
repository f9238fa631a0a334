"""Mail: the customer makes its mailboxes, the world writes to them, programs and browsers read them."""

from __future__ import annotations

from collections.abc import Callable

from infogere.lab.checks.registry import CheckFailedError, check, expect
from infogere.lab.clients import mail
from infogere.lab.clients.mailadmin import Panel
from infogere.lab.clients.webmail import Webmail
from infogere.lab.subject import Subject

STRANGER = "somebody@client.example.net"
ELSEWHERE = "anybody@elsewhere.example.net"
MAILBOXES = ("info", "sales")
FOLDER = "Orders"
SIEVE = f"""require ["fileinto", "mailbox"];
if header :contains "subject" "order" {{ fileinto :create "{FOLDER}"; }}
"""


@check("Mail panel: the customer's administrator makes mailboxes", "A-4.4-1")
def mail_panel(subject: Subject) -> str:
    password = subject.secret(f"mail_administrator/{subject.mail_administrator}")
    panel = Panel(subject.server.address, subject.mail_panel, subject.ca, subject.mail_administrator, password)
    for name in MAILBOXES:
        login = subject.mailbox(name)
        if not panel.has(login.user):
            panel.make_mailbox(login.user, login.password)
    return ", ".join(subject.mailbox(name).user for name in MAILBOXES)


@check("SMTP in: a stranger's mail arrives, read over IMAP", "A-L3-4")
def mail_in(subject: Subject) -> str:
    login = subject.mailbox("info")
    new = mail.message(STRANGER, login.user, "Hello from outside")
    mail.deliver(subject.mail, STRANGER, login.user, new)
    arrived = mail.await_message(subject.mail, login, new["Message-ID"])
    expect(arrived["Subject"] == "Hello from outside", f"the subject became {arrived['Subject']!r}")
    return f"in the INBOX of {login.user}"


@check("Submission: a mail program sends with password over TLS (587 and 465)", "A-L3-4")
def submission(subject: Subject) -> str:
    sender, receiver = subject.mailbox("info"), subject.mailbox("sales")
    for port in (587, 465):
        new = mail.message(sender.user, receiver.user, f"Sent through {port}")
        mail.submit(subject.mail, sender, sender.user, receiver.user, new, port=port)
        mail.await_message(subject.mail, receiver, new["Message-ID"])
    return f"{sender.user} to {receiver.user}"


@check("No relay for strangers", "A-3.1.3-3")
def relay(subject: Subject) -> str:
    new = mail.message(STRANGER, ELSEWHERE, "Relay")
    return _refused(lambda: mail.deliver(subject.mail, STRANGER, ELSEWHERE, new), 550, 554)


@check("Submission without a password is refused", "A-3.1.3-3")
def anonymous_submission(subject: Subject) -> str:
    sender = subject.mailbox("info").user
    new = mail.message(sender, ELSEWHERE, "No password")
    return _refused(lambda: mail.submit(subject.mail, None, sender, ELSEWHERE, new), 530, 553, 554)


@check("A customer cannot send in another's name", "A-3.1.3-3")
def forged_sender(subject: Subject) -> str:
    forged = f"boss@{subject.neighbour.domain}"
    new = mail.message(forged, ELSEWHERE, "Forged")
    return _refused(lambda: mail.submit(subject.mail, subject.mailbox("info"), forged, ELSEWHERE, new), 553)


@check("Passwords travel over TLS only: submission, port 25, IMAP", "A-L3-4")
def mail_tls(subject: Subject) -> str:
    asked = [port for port in (25, 587) if mail.offers_password(subject.mail, port, secure=False)]
    expect(not asked, f"ports {asked} ask for a password in the clear")
    expect(not mail.imap_offers_plain_login(subject.mail), "IMAP takes a password in the clear")
    return "refused in the clear"


@check("Sieve: the customer's filter sorts its mail", "A-L3-4")
def sieve(subject: Subject) -> str:
    login = subject.mailbox("sales")
    mail.put_filter(subject.mail, login, "orders", SIEVE)
    new = mail.message(STRANGER, login.user, "An order of ten")
    mail.deliver(subject.mail, STRANGER, login.user, new)
    mail.await_message(subject.mail, login, new["Message-ID"], folder=FOLDER)
    return f"filed into {FOLDER}"


@check("Spam beyond doubt is refused at the door", "A-4.4-8")
def spam(subject: Subject) -> str:
    receiver = subject.mailbox("info").user
    new = mail.message(STRANGER, receiver, "Spam", f"{mail.GTUBE}\n")
    return _refused(lambda: mail.deliver(subject.mail, STRANGER, receiver, new), 554)


@check("Webmail: login, messages, filters", "A-L3-4")
def webmail(subject: Subject) -> str:
    login = subject.mailbox("info")
    browser = Webmail(subject.server.address, subject.webmail, subject.ca, login)
    subjects = browser.subjects()
    expect("Hello from outside" in subjects, f"it lists {subjects}")
    browser.filters()
    return f"{len(subjects)} messages"


def _refused(attempt: Callable[[], None], *codes: int) -> str:
    """The server's words if it refuses for good; a server in trouble (4xx) or another reason proves nothing."""
    try:
        attempt()
    except mail.RefusedError as refusal:
        said = f"{refusal.code} {refusal.words.splitlines()[0]}"
        expect(refusal.code in codes, said)
        return said[:70]
    raise CheckFailedError("it was accepted")
