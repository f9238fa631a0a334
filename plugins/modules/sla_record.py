# The controller writes the record: the code is the action plugin of the same name.

DOCUMENTATION = r"""
---
module: sla_record
short_description: Write what a playbook does to a server into the SLA record
version_added: 0.1.0
description:
  - Brackets a duty with C(begin) and C(end), and notes the ticket objects that were made in between.
  - Runs on the controller, also for servers that do not answer, and in check mode, where entries are marked as such.
  - If a C(begin) cannot be written, the task fails, so that nothing is done unrecorded.
    An C(end) or C(object) that cannot be written waits in a spool in the state folder,
    and goes into the record with the next entry.
  - The operator is the login name of the user on the controller, also behind sudo.
    The contract is the C(id) of the server's variable C(order_form), if it has one.
    The terms version is the server's variable C(terms_version); without it, the version that this release ships.
  - All entries of one C(ansible-playbook) process have one run id,
    which the environment variable C(INFOGERE_RUN_ID) may give.
author:
  - infogere maintainers (@infogere)
options:
  event:
    description:
      - What to write.
    type: str
    required: true
    choices: [begin, end, object]
  playbook:
    description:
      - Name of the playbook. Required for O(event=begin).
    type: str
  reason:
    description:
      - Who asked for the run, a person at a terminal, a timer, or a customer's ticket. Used by O(event=begin).
    type: str
    default: hand
    choices: [hand, timer, ticket]
  reference:
    description:
      - What the reason refers to, for example a ticket number or a timer's name; one line. Used by O(event=begin).
    type: str
  outcome:
    description:
      - How it ended. Required for O(event=end).
      - V(failed) belongs into a C(rescue). It records the name of the failed task and its message,
        as one line of at most 500 characters without what looks like a credential; of a C(no_log) task the name alone.
        Then the task fails with the original message.
    type: str
    choices: [ok, failed]
  message:
    description:
      - A remark for O(event=end); with O(outcome=failed) only used outside a C(rescue).
    type: str
  changed:
    description:
      - Number of tasks that changed something, if known. Used by O(event=end).
    type: int
  object_kind:
    description:
      - Kind of the ticket object (A-L4-6). Required for O(event=object).
    type: str
    choices: [vhost, database, database_user, ftp_account]
  object_name:
    description:
      - Name of the ticket object, for example a domain. Required for O(event=object).
    type: str
  object_state:
    description:
      - Whether the object is there now. Required for O(event=object).
    type: str
    choices: [present, absent]
  object_changed:
    description:
      - Whether this run made or removed it. Required for O(event=object).
    type: bool
  operation_id:
    description:
      - Operation id under which the server's journal knows the change.
    type: str
  archive:
    description:
      - Absolute path on the server of the archive made before a removal.
    type: str
attributes:
  check_mode:
    description: Can run in check mode; the entries say so.
    support: full
  diff_mode:
    description: Shows differences. Nothing changes on a server.
    support: none
"""

EXAMPLES = r"""
- name: Bracket a duty
  block:
    - name: Begin
      infogere.hosting.sla_record:
        event: begin
        playbook: provision
        reason: ticket
        reference: "RT#4711"

    - name: Make the database
      infogere.hosting.database:
        name: shop
      register: __made

    - name: Record the database
      infogere.hosting.sla_record:
        event: object
        object_kind: database
        object_name: shop
        object_state: present
        object_changed: "{{ __made.changed }}"

    - name: End
      infogere.hosting.sla_record:
        event: end
        outcome: ok
  rescue:
    - name: Record the failure and fail
      infogere.hosting.sla_record:
        event: end
        outcome: failed
"""

RETURN = r"""
seq:
  description: Number of the entry in the record; null while it waits in the spool.
  returned: always
  type: int
  sample: 42
run:
  description: Id of the run.
  returned: always
  type: str
  sample: 3b0c8f0e-6f0b-4c57-9d4b-8f6f1a2f7d11
ansible_facts:
  description: Facts for later tasks.
  returned: O(event=begin)
  type: dict
  contains:
    infogere_run_id:
      description: Id of the run.
      type: str
"""
