"""Wait until a site answers the way a visitor sees it: the real condition, not a pause."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import time

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from ansible_collections.infogere.hosting.plugins.module_utils._site_tree import certificate_file, pool_socket

PATIENCE = 60  # seconds; a tenth of one is usual
POLL = 0.02
REQUEST_PATIENCE = 10  # seconds for one answer of the site's own code
# What the front says while what is behind it is not there, and what Apache says to a name that it does not know yet:
# processes that have not heard of a reload go on for a moment. Any other answer is the site's own.
NOT_THERE = {421, 502, 503, 504}


def wait_for_pool(site, version):
    """Return once PHP ``version`` takes requests of ``site``; raise ``ModuleError`` after ``PATIENCE`` seconds."""
    _wait(
        lambda: _ask_pool(site, version),
        f"site {site} is configured but PHP {version} does not take its requests",
        f"php{version}-fpm",
    )


def wait_for_site(site, version):
    """Return the HTTP status with which ``site`` answers; raise ``ModuleError`` after ``PATIENCE`` seconds."""
    return _wait(lambda: _ask(site, version), f"site {site} is configured but does not answer", "nginx -u apache2")


def _wait(ask, what, units):
    """First half of what ``ask`` returns, once its second half, what is not yet right, is empty."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found, why = ask()
        if not why:
            return found
        if time.monotonic() > deadline:
            raise ModuleError(f"{what} after {PATIENCE} s: {why}; look at: journalctl -u {units} -n 20")
        time.sleep(POLL)


def _ask_pool(site, version):
    try:
        _connect(pool_socket(site, version))
    except OSError as error:
        return None, str(error)
    return None, ""


def _ask(site, version):
    """``(status, what is not yet right)``."""
    try:
        _connect(pool_socket(site, version))
        if not os.path.exists(f"/var/log/apache2/site-{site}.error.log"):
            return 0, "Apache has not opened the site's log"
        presented, status = _get(site)
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error) or type(error).__name__
    if presented != _wanted_certificate(site):
        return status, "nginx presents another certificate"
    return status, f"HTTP {status}" if status in NOT_THERE else ""


def _connect(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(REQUEST_PATIENCE)
        client.connect(path)


def _get(site):
    """``(the certificate presented, HTTP status)`` of ``https://site/``, asked on this very server."""
    # The name is not checked against a CA here but, stricter, the certificate against the file.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", 443), timeout=REQUEST_PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=site) as secured,
    ):
        secured.sendall(f"GET / HTTP/1.1\r\nHost: {site}\r\nUser-Agent: infogere\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(secured)
        answer.begin()
        return secured.getpeercert(binary_form=True), answer.status


def _wanted_certificate(site):
    with open(certificate_file(site), encoding="ascii") as stream:
        text = stream.read()
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text.partition(end)[0] + end)
