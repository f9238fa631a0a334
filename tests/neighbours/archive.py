"""A signed APT archive of a second PHP series, on a test server of its own, as providers of PHP packages keep one.

The series is the one that Debian shipped a release earlier, as Debian built it: another PHP in earnest. Debian's
``php-common`` breaks every series but its own; an archive of several ships one that does not, and so does this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neighbours.shell import said

# Debian under test -> (release that the packages come from, its PHP series).
EARLIER = {"12": ("bullseye", "7.4"), "13": ("bookworm", "8.2")}
FOLDER = "/srv/archive"
HELPER = "/usr/lib/apt/apt-helper download-file"
SUITE, COMPONENT = "lab", "php"
# What the roles install of every series, and what these packages need that the newer Debian has no more.
EXTENSIONS = "bcmath cli common curl fpm gd intl mbstring mysql opcache readline soap xml zip"
SOURCES = """Types: deb
URIs: {mirror}
Suites: {release}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
INDEX = f"""set -e
cd {FOLDER}
architecture=$(dpkg --print-architecture)
folder=dists/{SUITE}/{COMPONENT}/binary-$architecture
mkdir -p $folder
apt-ftparchive packages pool > $folder/Packages
apt-ftparchive -o APT::FTPArchive::Release::Suite={SUITE} -o APT::FTPArchive::Release::Components={COMPONENT} \\
    -o APT::FTPArchive::Release::Architectures=$architecture release dists/{SUITE} > Release
gpg --batch --yes --clearsign --output dists/{SUITE}/InRelease Release
"""
KEY = f"""set -e
apt-get update -q
apt-get install -y -q --no-install-recommends apt-utils gnupg python3
mkdir -p {FOLDER}/pool
gpg --batch --passphrase '' --quick-generate-key 'Archive of further PHP versions' ed25519 sign never
gpg --armor --export > {FOLDER}/key.asc
"""
COMMON = f"""set -e
cd /tmp
apt-get download -q php-common
dpkg-deb --raw-extract php-common_*.deb common
sed -i -E '/^Breaks:/d; s/^(Version: .*)/\\1+several/' common/DEBIAN/control
dpkg-deb --build --root-owner-group common {FOLDER}/pool/php-common_several.deb
"""
# Debian moves a release that nobody maintains any more to another address.
FETCH = f"""set -e
cat > /etc/apt/sources.list.d/own.sources <<END
Types: deb
URIs: file:{FOLDER}
Suites: {SUITE}
Components: {COMPONENT}
Signed-By: {FOLDER}/key.asc
END
apt-get update -q -o APT::Update::Error-Mode=any || {{
    sed -i 's,^URIs: http.*,URIs: http://archive.debian.org/debian,' /etc/apt/sources.list.d/earlier.sources
    apt-get update -q -o APT::Update::Error-Mode=any
}}
apt-get clean
apt-get install -y -q --no-install-recommends --download-only {{packages}}
cp -n /var/cache/apt/archives/*.deb {FOLDER}/pool/
systemd-run --quiet --unit=archive --working-directory={FOLDER} python3 -m http.server 80
"""
SERVED = (
    f"timeout 120 sh -c 'until {HELPER} http://localhost/dists/{SUITE}/InRelease /tmp/InRelease; do sleep 0.1; done'"
)


@dataclass(frozen=True)
class Archive:
    """An archive that is served.

    Attributes:
        series: the PHP series that it has, e.g. ``7.4``.
        source: what ``php_apt_source`` is told.
    """

    series: str
    source: dict[str, Any]


def start(machine: Any, debian: str) -> Archive:
    """Fill, sign and serve the archive on a bare ``machine`` that runs the Debian under test."""
    release, series = EARLIER[debian]
    packages = " ".join(f"php{series}-{name}" for name in EXTENSIONS.split())
    said(machine, KEY)
    said(machine, COMMON)
    said(machine, INDEX)
    mirror = said(machine, "apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -1").strip()
    earlier = SOURCES.format(mirror=mirror, release=release)
    said(machine, "cat > /etc/apt/sources.list.d/earlier.sources", earlier)
    said(machine, FETCH.replace("{packages}", packages))
    said(machine, INDEX)
    said(machine, SERVED)
    key = said(machine, f"cat {FOLDER}/key.asc")
    source = {"uri": f"http://{machine.address}/", "suite": SUITE, "components": [COMPONENT], "signed_by": key}
    return Archive(series, source)
