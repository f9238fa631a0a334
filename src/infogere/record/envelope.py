"""Read the body of an entry quickly, where nothing is unusual about it.

A verification reads a million bodies, nearly all of them of the same plain shape. msgspec knows that shape beforehand:
it reads and checks it in one go, and spelling it again takes as little. Whatever it does not accept is read by
``judge.fields_of``, which decides what an entry is; here nothing is ever accepted that it would refuse.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from infogere.record import chain

# Integers that every JSON reader keeps exactly. There are no floats: 1.0 comes back as 1, other bytes than it was.
_Int = Annotated[int, msgspec.Meta(ge=-chain.LARGEST_INTEGER, le=chain.LARGEST_INTEGER)]
# What an entry's data holds, so many levels deep as kinds of entries go.
_Scalar = str | _Int | bool | None
_Flat = _Scalar | list[_Scalar] | dict[str, _Scalar]
_Deep = _Scalar | list[_Flat] | dict[str, _Flat]
_Deeper = _Scalar | list[_Deep] | dict[str, _Deep]


class Envelope(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What a body says; the fields stand in the order in which a body spells them."""

    at: str
    clauses: list[str]
    contract: str | None
    contract_previous: str | None
    contract_seq: _Int | None
    data: dict[str, _Deeper]
    follows: _Int | None
    format: _Int
    kind: str
    previous: str
    recorded: str
    run: str | None
    salt: str
    seq: _Int
    server: str | None
    terms: str


_decode = msgspec.json.Decoder(Envelope).decode
# Fields in their order, keys of ``data`` sorted.
_encode = msgspec.json.Encoder(order="deterministic").encode


def read(body: bytes) -> Envelope | None:
    """What a body says; None if it is of no usual shape, or not spelled in the one way."""
    try:
        said = _decode(body)
        # The same bytes come back only if nothing was escaped, spaced, said twice or put in another order.
        return said if said.format == chain.FORMAT and _encode(said) == body else None
    except (ValueError, RecursionError):
        return None
