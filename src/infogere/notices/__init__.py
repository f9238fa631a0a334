"""E-mail to customers, with proof of sending."""
