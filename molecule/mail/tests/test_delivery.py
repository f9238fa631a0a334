"""Mail on its way: in, out, signed, filtered, stored."""

from __future__ import annotations

import re

import pytest

from infogere.errors import InfogereError
from infogere.lab.clients import dkim, junk, mail
from infogere.lab.clients.mail import RefusedError, message

STRANGER = "somebody@client.example.net"


def arrives(world, login, new, recipient="", folder="INBOX"):
    """Deliver ``new`` from outside and return it from the mailbox."""
    mail.deliver(world.server, STRANGER, recipient or login.user, new)
    return mail.await_message(world.server, login, new["Message-ID"], folder=folder)


def test_mail_arrives_from_outside(world, ada):
    new = message(STRANGER, ada.user, "Grüße")
    assert arrives(world, ada, new)["Subject"] == "Grüße"


def test_mail_arrives_at_an_alias_and_at_a_detail_address(world, ada):
    panel = world.panel("tagged.test")
    if not panel.has("info@tagged.test"):
        panel.make_alias("info@tagged.test", ada.user)
    for recipient in ("info@tagged.test", "ada+lists@tagged.test"):
        arrives(world, ada, message(STRANGER, recipient, "x"), recipient)


@pytest.mark.parametrize("port", [587, 465])
def test_a_mailbox_sends_and_its_mail_is_signed(host, world, ada, bob, port):
    new = message(ada.user, bob.user, f"through {port}")
    mail.submit(world.server, ada, ada.user, bob.user, new, port=port)
    raw = mail.await_raw(world.server, bob, new["Message-ID"])
    record = "".join(re.findall(r'"([^"]*)"', host.file("/etc/infogere/dkim/tagged.test.txt").content_string))
    assert dkim.verify(raw, "tagged.test", record) == "infogere"
    with pytest.raises(InfogereError):
        dkim.verify(raw.replace(b"through", b"passing"), "tagged.test", record)


def test_a_mailbox_sends_as_its_alias(world, ada, bob):
    test_mail_arrives_at_an_alias_and_at_a_detail_address(world, ada)
    new = message("info@tagged.test", bob.user, "as an alias")
    mail.submit(world.server, ada, "info@tagged.test", bob.user, new)
    mail.await_message(world.server, bob, new["Message-ID"])


def test_junk_beyond_doubt_is_refused(world, bob):
    with pytest.raises(RefusedError) as refused:
        mail.deliver(world.server, STRANGER, bob.user, junk.refused(STRANGER, bob.user))
    assert refused.value.code == 554


@pytest.mark.parametrize(("kind", "tag"), [(junk.certain, "[SPAM]"), (junk.likely, "[BULK]")])
def test_the_antispam_option_tags_and_files_junk(world, ada, kind, tag):
    new = kind(STRANGER, ada.user, "Über-Angebot")
    assert arrives(world, ada, new, folder="Junk")["Subject"] == f"{tag} Über-Angebot"


@pytest.mark.parametrize("kind", [junk.certain, junk.likely])
def test_without_the_option_mail_is_left_as_it_is(world, bob, kind):
    new = kind(STRANGER, bob.user, "An offer")
    assert arrives(world, bob, new)["Subject"] == "An offer"


def test_one_message_to_both_domains_is_tagged_in_one(world, ada, bob):
    new = junk.certain(STRANGER, ada.user, "To both")
    mail.deliver(world.server, STRANGER, ada.user, new)
    mail.deliver(world.server, STRANGER, bob.user, new)
    junked = mail.await_message(world.server, ada, new["Message-ID"], folder="Junk")
    kept = mail.await_message(world.server, bob, new["Message-ID"])
    assert (junked["Subject"], kept["Subject"]) == ("[SPAM] To both", "To both")


def test_a_score_that_a_message_brings_along_counts_for_nothing(world, ada):
    new = message(STRANGER, ada.user, "honest")
    new["X-Spam-Level"] = "*" * 20
    arrived = arrives(world, ada, new)
    assert arrived["Subject"] == "honest"
    assert all(len(level) < 20 for level in arrived.get_all("X-Spam-Level", []))


def test_a_full_mailbox_is_refused_to_the_sending_server(world):
    full = world.mailbox("full@plain.test", quota_mb=1)
    with pytest.raises(RefusedError) as refused:
        _fill(world, full)
    assert (refused.value.code, "full" in refused.value.words) == (552, True)


def _fill(world, login):
    """Send 700 kB at a time, four times what the mailbox holds."""
    for part in range(6):
        new = message(STRANGER, login.user, f"part {part}", ("x" * 70 + "\n") * 10000)
        arrives(world, login, new)


def test_a_customers_filter_sorts_its_mail(world, ada):
    script = 'require ["fileinto", "mailbox"];\nif header :contains "subject" "bill" { fileinto :create "Bills"; }\n'
    assert "sorting" in mail.put_filter(world.server, ada, "sorting", script)
    arrives(world, ada, message(STRANGER, ada.user, "your bill"), folder="Bills")


def test_customers_do_not_rewrite_headers(world, ada):
    with pytest.raises(RefusedError, match="editheader"):
        mail.put_filter(world.server, ada, "rewriting", 'require ["editheader"];\naddheader "X-Y" "z";\n')


def test_the_usual_folders_are_there(world, bob):
    uses = {use: name for name, use in mail.folders(world.server, bob).items() if use}
    assert uses == {"\\Drafts": "Drafts", "\\Junk": "Junk", "\\Sent": "Sent", "\\Trash": "Trash"}


def test_a_mailbox_is_closed_to_everybody_else(host, world, ada):
    arrives(world, ada, message(STRANGER, ada.user, "x"))
    home = host.file("/var/mail/vhosts/tagged.test/ada")
    assert (home.mode, home.user) == (0o700, "vmail")
    assert host.run("setpriv --reuid www-data --regid www-data --clear-groups ls /var/mail/vhosts").rc != 0
