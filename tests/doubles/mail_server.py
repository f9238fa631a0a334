"""A mail server on the loopback that keeps what it takes."""

from __future__ import annotations

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class MailServer(Controller):
    """Says what ``answer`` says; ``got`` are the messages that it took, ``port`` is a free one."""

    def __init__(self):
        self.answer = "250 2.0.0 kept"
        self.got = []
        super().__init__(self, hostname="127.0.0.1", port=0)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    async def handle_DATA(self, _server, _session, envelope):
        if self.answer.startswith("250"):
            self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer
