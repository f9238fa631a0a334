"""Certificates of the controller's private CA."""

from __future__ import annotations

DOCUMENTATION = r"""
name: certificate
author: infogere maintainers
version_added: "0.1.0"
short_description: a certificate of the controller's private CA
description:
  - Returns the certificate of this name for the current host. The first call issues it; it is kept in the
    controller's state folder and issued anew when its host names change or less than 30 days remain.
  - The CA's own certificate, which clients have to trust, is C(pki/ca.pem) in the state folder.
options:
  _terms:
    description: names of certificates, V(server) for the server's own names or a site's domain.
    required: true
    type: list
    elements: str
  hostnames:
    description: DNS names for which the certificate is valid, in ASCII.
    required: true
    type: list
    elements: str
notes:
  - The private key is secret; give the value to a C(no_log) parameter or a file marked sensitive.
"""

EXAMPLES = r"""
- name: Issue the certificate of a site
  ansible.builtin.set_fact:
    site_certificate: >-
      {{ lookup('infogere.hosting.certificate', 'example.org', hostnames=['example.org']) }}
  no_log: true
"""

RETURN = r"""
_list:
  description: one dictionary a name, with the keys C(fullchain) and C(key), both PEM.
  type: list
  elements: dict
"""

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from infogere import pki, settings
from infogere.errors import InfogereError


class LookupModule(LookupBase):
    """``lookup('infogere.hosting.certificate', NAME, hostnames=[...])``."""

    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        server = (variables or {})["inventory_hostname"]
        hostnames = [str(hostname) for hostname in self.get_option("hostnames")]
        try:
            state_dir = settings.ensure_state_dir(settings.load())
            return [pki.issue(state_dir, server, str(name), hostnames)._asdict() for name in terms]
        except InfogereError as error:
            raise AnsibleLookupError(str(error)) from error
