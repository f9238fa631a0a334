"""Judge a whole inventory without touching a host; load the fleet that the policy asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infogere import settings
from infogere.errors import InfogereError
from infogere.fleet import nearest, sources
from infogere.fleet.cache import resolve_cached
from infogere.fleet.finding import Finding, at, merged
from infogere.fleet.models import Fleet, Server
from infogere.fleet.reading import FormReader, read
from infogere.fleet.resolved import Resolved, ResolvedHost
from infogere.fleet.rules import FLEET_RULES, SERVER_RULES, Fault, one_content_per_order_form
from infogere.terms import Terms


@dataclass(frozen=True)
class Report:
    """The servers that could be read, and every fault found, in the order of files and lines."""

    fleet: Fleet
    findings: tuple[Finding, ...]


def check(given: tuple[str, ...], terms: Terms) -> Report:
    """Read and judge every host of an inventory, always from its files, never from a copy.

    Args:
        given: inventory paths; none: those that Ansible itself would take.
    """
    chosen = sources.find(given)
    hosts = _resolve(chosen).hosts
    servers, findings = read(hosts)
    by_name = {host.name: host for host in hosts}
    findings += [_placed(fault, by_name) for fault in faults(servers.values(), terms)]
    return Report(Fleet(servers, chosen), tuple(merged(findings)))


def faults(servers: Iterable[Server], terms: Terms) -> Iterator[Fault]:
    """What the rules say of servers that could be read."""
    known = list(servers)
    for server in known:
        for server_rule in SERVER_RULES:
            yield from server_rule(server, terms)
    for fleet_rule in FLEET_RULES:
        yield from fleet_rule(known)


def find_server(name: str, given: tuple[str, ...], terms: Terms) -> Server:
    """One server, fit to be decided about.

    Raises:
        InfogereError: no such host (with the nearest name), or its order form has a fault.
    """
    chosen = sources.find(given)
    configured = settings.load()
    hosts = {host.name: host for host in resolve_cached(chosen, configured).hosts}
    if name not in hosts:
        raise InfogereError(f"no server {name} in {', '.join(chosen)}", way_out=nearest.hint(name, hosts))
    return _sound(hosts[name], chosen, terms)


def find_contract(reference: str, given: tuple[str, ...], terms: Terms) -> tuple[Server, ...]:
    """The servers of one order form, fit to be computed with; other hosts are not judged.

    Raises:
        InfogereError: no such order form (with the nearest reference), or it has a fault.
    """
    chosen = sources.find(given)
    holders = _holders(chosen)
    if reference not in holders:
        raise InfogereError(
            f"no order form {reference} in {', '.join(chosen)}",
            way_out=nearest.hint(reference, holders),
            clause="A-5.1-1",
        )
    servers = tuple(_sound(host, chosen, terms) for host in holders[reference])
    for fault in one_content_per_order_form(servers):
        raise InfogereError(f"{fault.server}: {fault.message}", way_out=fault.way_out, clause=fault.clause)
    return servers


def names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Inventory names of all hosts, sorted; none of them is judged."""
    return tuple(sorted(host.name for host in resolve_cached(sources.find(given), settings.load()).hosts))


def references(given: tuple[str, ...]) -> tuple[str, ...]:
    """References of every order form that some host names, sorted; none of them is judged."""
    return tuple(sorted(_holders(sources.find(given))))


def _holders(chosen: tuple[str, ...]) -> dict[str, list[ResolvedHost]]:
    holders: dict[str, list[ResolvedHost]] = {}
    for host in resolve_cached(chosen, settings.load()).hosts:
        form = host.variables.get("order_form")
        if isinstance(form, dict) and isinstance(form.get("id"), str):
            holders.setdefault(str(form["id"]), []).append(host)
    return holders


def _sound(host: ResolvedHost, chosen: tuple[str, ...], terms: Terms) -> Server:
    """A server without a fault of its own, or its first fault with file and line."""
    server, findings = judge_host(host, terms)
    if server is None or findings:
        # The copy does not know lines; the faulty host is worth the half second.
        fresh = next(again for again in _resolve(chosen).hosts if again.name == host.name)
        server, findings = judge_host(fresh, terms)
    if server is None or findings:
        first = findings[0]
        more = f" (and {len(findings) - 1} more: infogere fleet check)" if len(findings) > 1 else ""
        raise InfogereError(
            f"{first.place}: {first.server}: {first.key}: {first.message}{more}",
            way_out=first.way_out,
            clause=first.clause,
        )
    return server


def load(given: tuple[str, ...], terms: Terms) -> Fleet:
    """The whole fleet; a single fault anywhere refuses it.

    Raises:
        InfogereError: with the first fault and the number of the others.
    """
    report = check(given, terms)
    if report.findings:
        raise InfogereError(f"{report.findings[0]} ({len(report.findings)} in all)", way_out="infogere fleet check")
    return report.fleet


def _resolve(chosen: tuple[str, ...]) -> Resolved:
    from infogere.fleet.inventory import resolve  # starts Ansible

    return resolve(chosen)


def judge_host(host: ResolvedHost, terms: Terms) -> tuple[Server | None, list[Finding]]:
    """One server and everything that is wrong with it alone; see ``FormReader.server``."""
    server, findings = FormReader().server(host)
    if server is not None:
        findings += [_placed(fault, {host.name: host}) for fault in _own(server, terms)]
    return server, findings


def _own(server: Server, terms: Terms) -> Iterator[Fault]:
    for rule in SERVER_RULES:
        yield from rule(server, terms)


def _placed(fault: Fault, hosts: dict[str, ResolvedHost]) -> Finding:
    return at(hosts[fault.server], fault.path, fault.message, fault.clause, fault.way_out)
