"""The controller's own certificate authority, for servers without a public one (the demo, closed networks).

Everything lives under ``state_dir/pki``: ``ca.pem`` is what a client must trust, ``ca-key.pem`` never leaves
the controller, ``servers/<server>/<name>/`` holds what was issued.
"""

from __future__ import annotations

from infogere.pki.issuing import Issued, issue
from infogere.pki.paths import ca_path

__all__ = ["Issued", "ca_path", "issue"]
