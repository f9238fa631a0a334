"""The option of the ticket objects with which somebody logs in."""

from __future__ import annotations


class ModuleDocFragment:
    """The password of a ticket object."""

    DOCUMENTATION = r"""
options:
  password:
    description:
      - The password. Without it, one of 32 characters is made on the controller and kept there.
      - It reaches the server over the connection's encrypted standard input and is kept there only as a hash.
    type: str
"""
