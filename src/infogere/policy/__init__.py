"""May this action start on this server at this instant? A pure answer with its clause.

``case`` is the question, ``rules`` judge it one clause at a time, ``deciding`` composes their
refusals, ``oracle`` gathers what a question needs, ``standing`` reads a server's state from the record,
``gate`` asks on behalf of a playbook and writes the answer down.
"""
