"""E-mail to customers, with proof of sending: the mail server's answer, kept in the record.

A notice is one message about one contract; a letter is that message on its way to one recipient. Letters wait in
an outbox beside the record and are sent once: a mark is on disk before the message is handed over, so that a crash
leaves a letter in doubt, never a second copy that nobody knows of.
"""
