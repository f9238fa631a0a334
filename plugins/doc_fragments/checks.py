"""The option of every module that asks services whether they work."""

from __future__ import annotations


class ModuleDocFragment:
    """The health checks of a server."""

    DOCUMENTATION = r"""
options:
  checks:
    description: Health checks. Without this option, those that the last converge has left on the server.
    type: list
    elements: dict
    suboptions:
      service:
        description: What users call it; checks of one service count together.
        type: str
        required: true
      unit:
        description: systemd unit that must be active.
        type: str
      connect:
        description: C(HOST:PORT), or the path of a socket, that must take a connection.
        type: str
      tls:
        description: Whether the connection speaks TLS. Certificates are not judged.
        type: bool
        default: false
      send:
        description: Text sent after the connection is made.
        type: str
      expect:
        description: Python regular expression that the answer must contain.
        type: str
"""
