"""Real clients of every service, on Python's standard library: what a customer's own programs would do."""
