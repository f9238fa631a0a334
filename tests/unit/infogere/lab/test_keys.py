"""Keys of test servers, and what SSH is told about them."""

from __future__ import annotations

import io
import subprocess
import tarfile

import pytest

from infogere.lab import keys


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "lab folder"  # a space, as some home folders have


def test_keys_are_made_once_and_for_their_owner_alone(folder):
    key = keys.client_key(folder)
    before = key.read_bytes()
    assert keys.client_key(folder).read_bytes() == before
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_bundle_is_what_sshd_insists_on(folder):
    client, host = keys.client_key(folder), keys.host_key(folder, "web1")
    with tarfile.open(fileobj=io.BytesIO(keys.bundle(client, host))) as archive:
        modes = {entry.name: entry.mode for entry in archive}
        allowed = archive.extractfile("root/.ssh/authorized_keys").read().decode()
    assert modes == {
        "root/.ssh": 0o700,
        "root/.ssh/authorized_keys": 0o600,
        "etc/ssh/ssh_host_ed25519_key": 0o600,
        "etc/ssh/ssh_host_ed25519_key.pub": 0o644,
    }
    assert allowed.strip() == keys.public(client)


def test_ssh_reads_the_files(folder):
    keys.client_key(folder)
    keys.write_client_files(folder, [("web1", "web1.infogere.test", "10.99.7.10")])
    said = subprocess.run(
        ["ssh", "-G", "-F", folder / "ssh_config", "web1.infogere.test"], capture_output=True, text=True, check=True
    ).stdout
    assert "hostname 10.99.7.10\n" in said
    assert "stricthostkeychecking true\n" in said
    assert f"identityfile {folder}/ssh/id_ed25519\n" in said
    known = subprocess.run(
        ["ssh-keygen", "-F", "10.99.7.10", "-f", folder / "known_hosts"], capture_output=True, text=True, check=True
    ).stdout
    assert keys.public(keys.host_key(folder, "web1")).split()[1] in known
