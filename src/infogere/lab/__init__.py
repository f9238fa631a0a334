"""Test servers: real Debian systems with systemd, each in a container on this machine."""
