"""What bin/test runs: phases with their times, every result collected, one plain last line.

Each phase is one pytest run, so that a test is the same thing everywhere and can be run by hand:
``.venv/bin/pytest tests/e2e``. A phase that fails doesn't keep the next from running.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".infogere" / "results"
PHASES = {
    "lint": ["tests/lint"],
    "unit": ["tests/unit", "-n", "2", "-m", "not programs"],
    "programs": ["tests/unit", "-n", "2", "-m", "programs"],
    "faults": ["tests/faults", "-n", "2"],
    "images": ["tests/images", "--capture=no"],  # shows its own progress
    "integration": ["tests/integration", "--verbose"],
    # Bans follow the words of the services' logs, and those differ.
    "integration13": ["tests/integration/test_bans.py", "--verbose", "--debian=13"],
    "updates": ["tests/updates", "--verbose"],
    # APT, dpkg and needrestart differ.
    "updates13": ["tests/updates", "--verbose", "--debian=13"],
    "molecule": ["tests/molecule", "--verbose"],
    "e2e": ["tests/e2e", "--verbose"],
    "e2e13": ["tests/e2e", "--verbose", "--debian=13"],
    "packaging": ["tests/packaging"],
}
# Stages follow one another; the lanes of a stage run at the same time, each its phases in order. The first lane of a
# stage is seen while it runs, the words of the others when a phase ends. Most of a test on a server is waiting.
STAGES = [
    [["images"], ["lint", "unit", "programs", "faults", "packaging"]],
    [["integration", "integration13", "e2e", "e2e13"], ["molecule", "updates", "updates13"]],
]
HEARTBEAT = 20  # seconds between signs of life while one test runs
NEEDS_IMAGES = {"integration", "integration13", "updates", "updates13", "molecule", "e2e", "e2e13"}


@dataclass(frozen=True)
class Result:
    """Counts of one phase and its duration in seconds."""

    phase: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Run the tests. The first run makes two test images (some minutes); unit and lint need none.",
        epilog="One test alone: .venv/bin/pytest tests/e2e -k sieve. Logs of the lab: .infogere/logs.",
    )
    parser.add_argument("phases", nargs="*", metavar="phase", help=f"{', '.join(PHASES)} or all (default)")
    chosen = parser.parse_args().phases or ["all"]
    if unknown := [phase for phase in chosen if phase not in (*PHASES, "all")]:
        parser.error(f"no phase {unknown[0]}; choose from {', '.join(PHASES)}, all")
    wanted = set(PHASES) if "all" in chosen else set(chosen)
    if NEEDS_IMAGES & wanted:
        wanted.add("images")
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    results: list[Result] = []
    for stage in STAGES:
        lanes = [lane for lane in ([phase for phase in lane if phase in wanted] for lane in stage) if lane]
        with ThreadPoolExecutor(len(lanes) or 1) as pool:
            runs = [pool.submit(run_lane, lane, seen=number == 0) for number, lane in enumerate(lanes)]
            results += [result for lane in runs for result in lane.result()]
    return report(sorted(results, key=lambda result: list(PHASES).index(result.phase)))


def run_lane(phases: list[str], *, seen: bool) -> list[Result]:
    """Run phases one after another."""
    return [run(phase, seen=seen) for phase in phases]


def run(phase: str, *, seen: bool) -> Result:
    """Run one phase and count its tests, those of pytest runs inside it included.

    Args:
        seen: show its words as they come; otherwise all of them at the end.
    """
    log = RESULTS / f"{phase}.log"
    print(f"\n=== {phase} {'' if seen else '(shown when it ends) '}===", flush=True)
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "--junitxml", str(RESULTS / f"{phase}.xml"), *PHASES[phase]],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "INFOGERE_TEST_PHASE": phase},
            stdout=None if seen else output,
            stderr=None if seen else subprocess.STDOUT,
        )
        while True:
            try:
                code = process.wait(HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                print(f"\n  ...    {phase} {time.monotonic() - started:.0f} s", flush=True)
    if not seen:
        print(f"\n=== {phase} ===\n{log.read_text(encoding='utf-8', errors='replace')}", flush=True)
    passed = failed = skipped = 0
    for path in sorted([*RESULTS.glob(f"{phase}.xml"), *RESULTS.glob(f"{phase}-*.xml")]):
        for suite in ET.parse(path).iter("testsuite"):  # noqa: S314 - written by our own pytest
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left_out = int(suite.get("skipped", 0))
            failed += bad
            skipped += left_out
            passed += int(suite.get("tests", 0)) - bad - left_out
    if code not in (0, pytest_exit_no_tests()) and not failed:
        failed = 1  # pytest itself could not run: a collection error, a crash
    return Result(phase, passed, failed, skipped, time.monotonic() - started)


def pytest_exit_no_tests() -> int:
    """Exit code of a pytest that found no test."""
    import pytest

    return int(pytest.ExitCode.NO_TESTS_COLLECTED)


def report(results: list[Result]) -> int:
    """Print a line per phase and the sum; the exit code."""
    print("\n=== phases ===")
    for result in results:
        counts = summary(result.passed, result.failed, result.skipped)
        print(f"{result.phase:<12} {result.seconds:7.1f} s  {counts}")
    passed, failed, skipped = (sum(getattr(r, kind) for r in results) for kind in ("passed", "failed", "skipped"))
    print(summary(passed, failed, skipped))
    return 1 if failed else 0


def summary(passed: int, failed: int, skipped: int) -> str:
    """``12 passed, 0 failed``, with the skipped ones where there are any."""
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


if __name__ == "__main__":
    sys.exit(main())
