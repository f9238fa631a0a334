"""Run a program on the server: argument list, no shell, bounded time, one-line errors."""

from __future__ import annotations

import os
import time

from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

# A fixed locale, so that what a program says does not depend on who asked.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def attempt(argv, stdin=None, timeout=60, env=None):
    """Run ``argv``; return ``(exit code, text of both streams)``.

    Args:
        stdin: text given to the program (the road for secrets: never argv).
        timeout: seconds after which the program is killed and the exit code is 124.
    """
    import subprocess  # here: most calls find nothing to do and run no program

    try:
        done = subprocess.run(
            list(argv),
            input=stdin if stdin is not None else "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
            encoding="utf-8",
            errors="replace",
            env={"HOME": "/root", **ENVIRONMENT, **(env or {})},
            cwd="/",
            start_new_session=True,
        )
    except FileNotFoundError:
        return 127, f"{argv[0]} is not installed"
    except OSError as error:
        return 126, f"{argv[0]}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return 124, f"gave no answer within {timeout} s"
    return done.returncode, done.stdout


def attempt_while(again, argv, patience, poll=1.0, **options):
    """``attempt``, once more every ``poll`` seconds as long as ``again(code, text)`` holds; the last answer.

    Args:
        patience: seconds after which the answer is taken as it is.
    """
    deadline = time.monotonic() + patience
    while True:
        code, text = attempt(argv, **options)
        if not again(code, text) or time.monotonic() > deadline:
            return code, text
        time.sleep(poll)


def require(argv, what, stdin=None, timeout=60, env=None):
    """Run ``argv`` and return what it printed; raise ``ModuleError(what: last words)`` if it fails."""
    code, text = attempt(argv, stdin=stdin, timeout=timeout, env=env)
    if code != 0:
        raise ModuleError(f"{what}: {last_words(text) or f'exit code {code}'}")
    return text


def last_words(text, lines=3):
    """The last non-empty lines of a program's output, joined into one."""
    return " / ".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])


def exists(program):
    """True if ``program`` is on the path."""
    folders = ENVIRONMENT["PATH"].split(":")
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in folders)
