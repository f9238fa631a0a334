"""Check a DKIM signature as a receiving server does (RFC 6376), with the public key in hand instead of in DNS."""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infogere.errors import InfogereError


def verify(raw: bytes, domain: str, record: str) -> str:
    """Check the signature of ``domain`` on a message; return its selector.

    Args:
        raw: the message as it was received.
        record: value of the TXT record, ``v=DKIM1; k=rsa; p=...``.

    Raises:
        InfogereError: there is no such signature, or it does not fit.
    """
    head, _blank, body = re.sub(rb"\r?\n", b"\r\n", raw).partition(b"\r\n\r\n")
    headers = re.findall(rb"^([^:\s]+)[ \t]*:((?:.*\r\n[ \t])*.*)(?:\r\n|\Z)", head, re.MULTILINE)
    for name, value in headers:
        tags = _tags(value.decode())
        if name.lower() == b"dkim-signature" and tags.get("d") == domain:
            _check(headers, value, tags, body, record)
            return tags["s"]
    raise InfogereError(f"the message has no DKIM signature of {domain}")


def _check(headers: list[tuple[bytes, bytes]], value: bytes, tags: dict[str, str], body: bytes, record: str) -> None:
    if (tags["a"], tags["c"]) != ("rsa-sha256", "relaxed/relaxed"):
        raise InfogereError(f"DKIM: algorithm {tags['a']} with {tags['c']} is not one that this check knows")
    if base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode() != tags["bh"]:
        raise InfogereError("DKIM: the body was changed after it was signed")
    unused = list(headers)
    signed = b""
    for wanted in tags["h"].split(":"):
        # The last header of a name is signed first; one that is missing stands for nothing.
        for index in range(len(unused) - 1, -1, -1):
            if unused[index][0].lower() == wanted.strip().lower().encode():
                signed += _relaxed_header(*unused.pop(index)) + b"\r\n"
                break
    signed += _relaxed_header(b"dkim-signature", re.sub(rb"\bb=[^;]*", b"b=", value))
    key = serialization.load_der_public_key(base64.b64decode(_tags(record)["p"]))
    if not isinstance(key, rsa.RSAPublicKey):
        raise InfogereError("DKIM: the record does not hold an RSA key")
    try:
        key.verify(base64.b64decode(tags["b"]), signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise InfogereError("DKIM: the signature does not fit the headers") from None


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _equals, value in pairs}


def _relaxed_header(name: bytes, value: bytes) -> bytes:
    return name.lower() + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip()


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip() for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
