"""Kinds of entries beside those of ``infogere.record.entries``, one module per subject.

A module is imported when one of its kinds is read or written: a playbook that brackets a run pays for none of them.
"""
