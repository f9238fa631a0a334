"""What the actions that ask the contract say of a host."""

from __future__ import annotations

from ansible_collections.infogere.hosting.plugins.plugin_utils.contract_variables import contract_variables


class Templar:
    def template(self, value):
        return f"templated {value}"


def test_what_a_contract_needs_and_nothing_else_is_templated():
    known = contract_variables(Templar(), {"order_form": "form", "inventory_file": "hosts.yml", "nginx_hsts": True})
    assert known == {"order_form": "templated form", "inventory_file": "templated hosts.yml"}
