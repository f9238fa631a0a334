"""What is signed, byte for byte, and whether a signature fits; ``docs/record-format.md`` is the specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infogere.record import chain

CHECKPOINT_PREFIX = b"infogere:record:checkpoint:2\n"
KEY_PREFIX = b"infogere:record:key:1\n"
SEAL_PREFIX = b"infogere:record:seal:2\n"


def checkpoint_bytes(day: object, size: object, root: object) -> bytes:
    """What a checkpoint's signature covers."""
    return CHECKPOINT_PREFIX + chain.canonical({"day": day, "root": root, "size": size})


def key_bytes(seq: object, key: object, retires: object, by: object) -> bytes:
    """What the signature under a change of keys covers."""
    return KEY_PREFIX + chain.canonical({"by": by, "key": key, "retires": retires, "seq": seq})


def seal_bytes(seal: Mapping[str, Any]) -> bytes:
    """What an export's last signature covers."""
    return SEAL_PREFIX + chain.canonical(seal)


def signature_fits(public: str, signature: str, message: bytes) -> bool:
    """Check an Ed25519 signature; ill-formed keys and signatures do not fit, nor do those in upper case."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key, raw = bytes.fromhex(public), bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, message)
        return (key.hex(), raw.hex()) == (public, signature)  # one spelling: no byte of an export is free
    except (InvalidSignature, ValueError):
        return False
