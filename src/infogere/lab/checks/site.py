"""A customer's site: uploaded over FTP, seen over HTTPS, with its database behind it."""

from __future__ import annotations

import json
import secrets

from infogere.lab.checks.registry import check, expect
from infogere.lab.clients import ftp, sql, tls
from infogere.lab.subject import Subject

# {{user}}, {{password}} and {{database}} are filled in; every visit adds a row.
PAGE = """<?php
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', '{{user}}', '{{password}}', '{{database}}');
$db->query('CREATE TABLE IF NOT EXISTS visits (id INT AUTO_INCREMENT PRIMARY KEY)');
$db->query('INSERT INTO visits () VALUES ()');
$count = $db->query('SELECT COUNT(*) FROM visits')->fetch_row()[0];
header('Content-Type: application/json');
echo json_encode(['visits' => (int) $count, 'interface' => php_sapi_name(), 'version' => PHP_VERSION,
    'software' => $_SERVER['SERVER_SOFTWARE'], 'client' => $_SERVER['REMOTE_ADDR'],
    'https' => $_SERVER['HTTPS'] ?? '']);
"""


@check("FTP over TLS: the customer uploads and reads back", "A-L3-5")
def ftp_upload(subject: Subject) -> str:
    content = secrets.token_bytes(200_000)
    with subject.ftp(subject.site) as client:
        client.put("htdocs/proof.bin", content)
        back = client.fetch("htdocs/proof.bin")
    expect(back == content, "what came back is not what was sent")
    return f"{len(content)} bytes each way"


@check("FTP without TLS takes no password", "A-L3-5")
def ftp_plain(subject: Subject) -> str:
    password = subject.secret(f"ftp_account/{subject.site.ftp_account}")
    refused = ftp.refuses_plain_login(subject.server.address, subject.site.ftp_account, password)
    expect(refused, "a password was taken in the clear")
    return "refused"


@check("FTP shuts the customer into its own site", "A-L3-6")
def ftp_chroot(subject: Subject) -> str:
    with subject.ftp(subject.site) as client:
        client.cwd("/")
        names = set(client.nlst())
        expect({"htdocs", "private"} <= names and "etc" not in names, f"the top holds {sorted(names)}")
    return f"sees {', '.join(sorted(names))}"


@check("HTTPS: nginx, Apache, PHP and MariaDB answer as one page", "A-L3-4")
def page(subject: Subject) -> str:
    site = subject.site
    source = (
        PAGE.replace("{{user}}", site.database_user)
        .replace("{{password}}", subject.secret(f"database_user/{site.database_user}"))
        .replace("{{database}}", site.database)
    )
    with subject.ftp(site) as client:
        client.put("htdocs/proof.php", source.encode())
    answer = subject.web(site.domain).get("/proof.php")
    expect(answer.status == 200, f"HTTP {answer.status}")
    said = json.loads(answer.text)
    expect(said["interface"] == "fpm-fcgi", f"PHP runs as {said['interface']}")
    expect(said["software"].startswith("Apache"), f"PHP was called by {said['software']}")
    expect(answer.headers.get("server", "").startswith("nginx"), f"in front is {answer.headers.get('server')}")
    return f"PHP {said['version']}, visit {said['visits']}"


@check("PHP sees the visitor's address and HTTPS, not the proxy's", "A-L3-4")
def client_address(subject: Subject) -> str:
    said = json.loads(subject.web(subject.site.domain).get("/proof.php").text)
    expect(said["https"] == "on", "PHP thinks that the page came over plain HTTP")
    expect(said["client"] not in ("127.0.0.1", "::1", subject.server.address), f"PHP sees {said['client']}")
    return str(said["client"])


@check("Static files come from nginx itself", "A-L3-4")
def static_file(subject: Subject) -> str:
    content = b"/* served by nginx */\n" * 40
    with subject.ftp(subject.site) as client:
        client.put("htdocs/proof.css", content)
    answer = subject.web(subject.site.domain).get("/proof.css")
    expect(answer.status == 200 and answer.body == content, f"HTTP {answer.status}, {len(answer.body)} bytes")
    # nginx's mark ends with the size, Apache's begins with it.
    mark = answer.headers.get("etag", "").strip('W/"')
    expect(mark.endswith(f"-{len(content):x}"), f"the ETag is {mark}")
    return f"{len(content)} bytes"


@check("Plain HTTP leads to HTTPS", "A-L3-4")
def redirect(subject: Subject) -> str:
    answer = subject.web(subject.site.domain).get("/proof.css", secure=False)
    where = answer.headers.get("location", "")
    expect(answer.status in (301, 308), f"HTTP {answer.status}")
    expect(where == f"https://{subject.site.domain}/proof.css", f"it leads to {where}")
    return f"{answer.status} to {where}"


@check("TLS: the site's certificate is trusted, HTTP/2 offered", "A-L3-4")
def tls_session(subject: Subject) -> str:
    seen = tls.connect(subject.server.address, 443, subject.site.domain, subject.ca, offers=("h2", "http/1.1"))
    expect(seen.application == "h2", f"{seen.application or 'nothing'} was chosen")
    return f"{seen.version}, {seen.application}"


@check("SQL: the database user reads what the page wrote", "A-L3-5")
def sql_login(subject: Subject) -> str:
    site = subject.site
    password = subject.secret(f"database_user/{site.database_user}")
    count = sql.query(subject.server, site.database_user, password, site.database, "SELECT COUNT(*) FROM visits")
    expect(int(count[0][0]) > 0, "the table is empty")
    seen = sql.query(subject.server, site.database_user, password, site.database, "SHOW DATABASES")
    others = {row[0] for row in seen} - {site.database, "information_schema"}
    expect(not others, f"it also sees {', '.join(sorted(others))}")
    return f"{count[0][0]} visits"
