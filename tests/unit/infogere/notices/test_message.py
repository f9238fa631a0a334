"""Messages that no value breaks out of, and the words inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infogere.errors import InfogereError
from infogere.fleet.models import Contact
from infogere.notices.message import Envelope, compose, mailbox, recipients, sender_of
from infogere.notices.words import duration, moment, render
from infogere.notices.writing import compose_draft

HOSTILE = "Disque\r\nBcc: spy@example.net\n\n<script>alert(1)</script> {{ 7 * 7 }}\x1b[2J"
SENDER = mailbox("Hébergeur", "exploitation@provider.example")
FACTS = {
    "zone": "Europe/Paris",
    "servers": ["web1.example"],
    "start": "2026-12-03T21:00:00+00:00",
    "end": "2026-12-03T23:00:00+00:00",
    "duration_s": 7200,
    "excluded": True,
    "emergency": None,
    "notice_days": 8,
    "provider": "P",
    "second_of": None,
}
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Infogere-Notice",
    "X-Infogere-Contract",
    "X-Infogere-Terms",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]


def parsed(desk, draft):
    message = compose_draft(draft, "N-1", desk.sender, about=None, now=desk.now)
    return message_from_bytes(message.message, policy=policy.default)


def test_what_a_message_is(desk):
    message = parsed(desk, desk.draft(desk.ada, desk.ben))
    assert message.keys() == HEADERS
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Message-ID"]) == "<N-1@provider.example>"
    assert message["Date"].datetime == desk.now
    assert str(message["Subject"]) == "Travaux planifiés le jeudi 3 décembre 2026 : Changement de disque"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text = message.get_body(("plain",)).get_content()
    assert "Début : jeudi 3 décembre 2026 à 22:00 (Europe/Paris, UTC+01:00)" in text
    assert "Durée prévue : 2 h" in text
    assert "Contrat BC-1, conditions HBT-20220901-01, avis N-1." in text


def test_it_can_be_in_english(desk):
    message = parsed(desk, desk.draft(language="en"))
    assert str(message["Subject"]) == "Planned works on Thursday 3 December 2026: Changement de disque"
    assert "Expected duration: 2 h" in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("excluded", [True, False])
def test_it_says_whether_it_counts(desk, excluded):
    draft = desk.draft()
    draft = replace(draft, facts={**draft.facts, "excluded": excluded})
    text = parsed(desk, draft).get_body(("plain",)).get_content()
    assert ("n'entre pas dans le calcul" in " ".join(text.split())) is excluded


def test_hostile_words_stay_words(desk):
    draft = desk.draft(mailbox(f'Ada" <x@y>, {HOSTILE}', "ada@example.com"))
    draft = replace(draft, facts={**draft.facts, "works_subject": HOSTILE, "servers": [HOSTILE]}, contract="BC-1")
    message = parsed(desk, draft)
    assert message.keys() == HEADERS
    assert "\n" not in str(message["Subject"])
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.com"]
    html = message.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    text = message.get_body(("plain",)).get_content()
    assert "{{ 7 * 7 }}" in text
    assert "\x1b" not in text + html


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_makes_one_message(subject, name):
    facts = {**FACTS, "works_subject": subject, "notice": "N-1", "contract": "C", "terms": "T"}
    words = render("works-announced", "fr", facts)
    boxes = (mailbox(name, "ada@example.com"),)
    raw = compose(Envelope("N-1", "C", "T", "fr", SENDER, boxes, datetime(2026, 11, 23, 11, tzinfo=UTC)), words)
    message = message_from_bytes(raw, policy=policy.default)
    assert message.keys() == HEADERS
    assert len(message["To"].addresses) == 1
    assert raw.isascii()


def test_recipients_are_contacts_with_mail_once_each():
    contacts = (
        Contact(name="Ada", mail="ada@example.com"),
        Contact(name="Phone only", phone="+33 1 00 00 00 00"),
        Contact(name="Ada again", mail="ADA@example.com"),
        Contact(name="Zoé", mail="zoe@exämple.com"),
    )
    assert [(box.name, box.address) for box in recipients(contacts)] == [
        ("Ada", "ada@example.com"),
        ("Zoé", "zoe@xn--exmple-cua.com"),
    ]


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@example.com", "a da@example.com", "zoé@example.com", "a@b..c"]
)
def test_an_address_that_not_every_server_takes_is_refused(address):
    with pytest.raises(InfogereError, match="no mail address"):
        mailbox("Ada", address)


def test_the_sender_is_a_setting():
    assert sender_of("exploitation@provider.example").name == ""
    assert sender_of('"Hébergeur, SARL" <e@provider.example>').name == "Hébergeur SARL"
    with pytest.raises(InfogereError, match="mail_from"):
        sender_of(None)


def test_a_contract_without_contacts_gets_no_notice(desk):
    with pytest.raises(InfogereError, match="no contact with a mail address") as refused:
        compose_draft(replace(desk.draft(), recipients=()), "N-1", desk.sender, about=None, now=desk.now)
    assert refused.value.clause == "A-5.5-1"


@pytest.mark.parametrize(
    ("seconds", "said"), [(7200, "2 h"), (5400, "1 h 30 min"), (2700, "45 min"), (90, "90 s"), (86400, "24 h")]
)
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_an_hour_that_happens_twice_is_told_apart():
    assert moment("2026-10-25T00:30:00+00:00", "Europe/Paris", "en").endswith("at 02:30 (Europe/Paris, UTC+02:00)")
    assert moment("2026-10-25T01:30:00+00:00", "Europe/Paris", "en").endswith("at 02:30 (Europe/Paris, UTC+01:00)")
    assert moment("2026-10-31T23:30:00+00:00", "Europe/Paris", "fr").startswith("dimanche 1er novembre 2026 à 00:30")
