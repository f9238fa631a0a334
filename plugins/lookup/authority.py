"""The certificate of the controller's private CA."""

from __future__ import annotations

DOCUMENTATION = r"""
name: authority
author: infogere maintainers
version_added: "0.1.0"
short_description: the certificate of the controller's private CA
description:
  - Returns the CA certificate to which the certificates of P(infogere.hosting.certificate#lookup) chain, for programs
    on a server that have to trust it. The first call makes the CA.
options:
  _terms:
    description: none.
    required: false
"""

EXAMPLES = r"""
- name: Show what clients have to trust
  ansible.builtin.debug:
    msg: "{{ lookup('infogere.hosting.authority') }}"
"""

RETURN = r"""
_list:
  description: the certificate, PEM.
  type: list
  elements: str
"""

from datetime import UTC, datetime

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from infogere import settings
from infogere.errors import InfogereError
from infogere.pki import authority, paths


class LookupModule(LookupBase):
    """``lookup('infogere.hosting.authority')``."""

    def run(self, terms, variables=None, **kwargs):
        try:
            state_dir = settings.ensure_state_dir(settings.load())
            with paths.locked(state_dir):
                authority.load_or_create(state_dir, datetime.now(UTC))
            return [paths.ca_path(state_dir).read_text(encoding="ascii")]
        except InfogereError as error:
            raise AnsibleLookupError(str(error)) from error
