"""Customers, servers and order forms, read from the Ansible inventory (its only source)."""
