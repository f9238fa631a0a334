"""An ACME server and the DNS that it believes, on a test server of their own: Debian's pebble and dnsmasq.

Nothing of a validation is left out: pebble asks dnsmasq where a name leads, and fetches the answer from port 80 there.
Debian 13 has no pebble, so this is a Debian 12 whatever the Debian under test.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neighbours.shell import said

DEBIAN = "12"
PORT, MANAGEMENT_PORT = 14000, 15000
FOLDER = "/srv/acme"
CONFIGURATION = {
    "pebble": {
        "listenAddress": f"0.0.0.0:{PORT}",
        "managementListenAddress": f"0.0.0.0:{MANAGEMENT_PORT}",
        "certificate": f"{FOLDER}/https.pem",
        "privateKey": f"{FOLDER}/https.key",
        "httpPort": 80,
        "tlsPort": 443,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
}
# A name that this DNS does not know exists nowhere.
DNS = """no-resolv
no-hosts
local=/#/
addn-hosts=/srv/acme/names
"""
# pebble's tempers are off: waiting before it validates, refusing nonces at random, and believing an old validation.
START = f"""set -e
cd {FOLDER}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.pem \\
    -subj '/CN=HTTPS of the ACME server' 2> /dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout https.key -subj /CN=acme 2> /dev/null |
    openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names.ext -out https.pem 2> /dev/null
systemctl restart dnsmasq
systemctl reset-failed pebble 2> /dev/null || true
systemd-run --quiet --unit=pebble -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_WFE_NONCEREJECT=0 -E PEBBLE_AUTHZREUSE=0 \\
    pebble -config {FOLDER}/pebble.json -dnsserver 127.0.0.1:53
timeout 120 sh -c 'until curl -sf --cacert ca.pem https://{{address}}:{PORT}/dir > /dev/null; do sleep 0.1; done'
"""


@dataclass(frozen=True)
class AcmeServer:
    """An ACME server that runs.

    Attributes:
        machine: the test server that it runs on.
        root: certificate, on this machine, that its certificates chain to; a new one at each start.
    """

    machine: Any
    root: Path

    @property
    def directory(self) -> str:
        """Address of its directory."""
        return f"https://{self.machine.address}:{PORT}/dir"

    @property
    def https_ca(self) -> str:
        """The CA behind its own HTTPS certificate, as PEM: another one than issues."""
        return said(self.machine, f"cat {FOLDER}/ca.pem")

    def resolve(self, address: str, *names: str) -> None:
        """Let these names, and no others, lead to ``address``."""
        said(self.machine, f"cat > {FOLDER}/names", f"{address} {' '.join(names)}\n" if names else "")
        said(self.machine, "systemctl restart dnsmasq")

    def validations(self) -> list[str]:
        """What it wrote about the answers that it fetched."""
        log = said(self.machine, "journalctl --unit=pebble --output=cat --no-pager")
        return [line for line in log.splitlines() if "http-01" in line.lower() or "/.well-known/" in line]


def start(machine: Any, folder: Path) -> AcmeServer:
    """Install and start the ACME server on a bare Debian; its root certificate goes into ``folder``."""
    packages = "pebble dnsmasq openssl curl"
    said(machine, f"apt-get update -q && apt-get install -y -q --no-install-recommends {packages}")
    said(machine, f"mkdir -p {FOLDER}; cat > {FOLDER}/pebble.json", json.dumps(CONFIGURATION))
    said(machine, f"cat > {FOLDER}/names.ext", f"subjectAltName=IP:{machine.address}\n")
    said(machine, f"touch {FOLDER}/names; cat > /etc/dnsmasq.d/acme.conf", DNS)
    said(machine, START.replace("{address}", machine.address))
    root = folder / "acme-root.pem"
    address = f"https://{machine.address}:{MANAGEMENT_PORT}/roots/0"
    root.write_text(said(machine, f"curl -sSf --cacert {FOLDER}/ca.pem {address}"), encoding="ascii")
    return AcmeServer(machine, root)
