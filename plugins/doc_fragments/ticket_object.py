"""What the modules of the four ticket objects have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and promises of a ticket object."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the object is to be there.
    type: str
    choices: [present, absent]
    default: present
  operation_id:
    description:
      - Name of the request, such as the ticket's. A repeat with the same request returns the stored result; another
        request under the same name is refused.
      - Without it the id is made from the request, and a repeat checks the server again.
    type: str
notes:
  - One call does the whole of it, under the server's change lock. With O(operation_id) the effect happens once, however
    often a run is killed and repeated; the journal is in C(/var/lib/infogere/operations) on the server.
  - V(absent) never deletes silently. It archives first and returns where.
"""
