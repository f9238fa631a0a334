"""A good signature is accepted, and nothing that was changed afterwards."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infogere.errors import InfogereError
from infogere.lab.clients import dkim

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
RECORD = f"v=DKIM1; k=rsa; p={base64.b64encode(PUBLIC).decode()}"


def signed() -> bytes:
    """A message signed by hand, canonical form written out: the test's own reading of RFC 6376."""
    body_hash = base64.b64encode(hashlib.sha256(b"Hello you\r\n").digest()).decode()
    tags = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=one; h=from:subject; bh={body_hash}; b="
    canonical = f"from:Ada <ada@example.org>\r\nsubject:Two words\r\ndkim-signature:{tags}"
    signature = base64.b64encode(KEY.sign(canonical.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return (
        f"Received: by anybody\r\nDKIM-Signature: {tags}\r\n\t{signature}\r\n"
        "From:  Ada <ada@example.org>\r\nSubject: Two\r\n  words\r\nX-Other: y\r\n\r\nHello  you \r\n\r\n\r\n"
    ).encode()


def test_a_good_signature_gives_its_selector():
    assert dkim.verify(signed(), "example.org", RECORD) == "one"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"Hello", b"Hullo", "body was changed"),
        (b"words", b"lies", "does not fit"),
        (b"Ada", b"Eve", "does not fit"),
        (b"d=example.org", b"d=example.com", "no DKIM signature"),
    ],
)
def test_a_changed_message_is_refused(old, new, words):
    with pytest.raises(InfogereError, match=words):
        dkim.verify(signed().replace(old, new, 1), "example.org", RECORD)


def test_headers_that_were_not_signed_may_change():
    assert dkim.verify(signed().replace(b"X-Other: y", b"X-Other: z"), "example.org", RECORD) == "one"
