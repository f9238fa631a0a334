"""The fast path: run a module's logic on the server in one round trip.

An ordinary module costs some 0.3 s a task, most of it spent by the server importing Ansible's
module library. The logic of ours needs the standard library alone, so an action plugin can ship its
source over the open connection as one ``python3 -`` program. Figures: docs/performance.md.

A connection that cannot pipeline gets the ordinary module of the same name instead.
"""

from __future__ import annotations

import base64
import functools
import importlib
import json
import re
import zlib
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

UTILS_PACKAGE = "ansible_collections.infogere.hosting.plugins.module_utils"
UTILS_FOLDER = Path(__file__).resolve().parent.parent / "module_utils"
# "Make sure this host can be reached over ssh: ", "Failed to connect to the host via ssh: "; then ssh itself speaks.
ANSIBLES_INTRODUCTION = re.compile(r"^.*? (?:over|via) ssh: ", re.DOTALL)
RESULT_MARK = "infogere-result:"
IMPORT = re.compile(rf"^from {re.escape(UTILS_PACKAGE)}\.(\w+) import", re.MULTILINE)

# Runs on the server. Reads PAYLOAD, serves our module_utils from memory, prints one marked JSON line. Its imports, and
# those of our module_utils, are chosen: importlib.abc alone would cost more than most calls do.
PROGRAM = """
import binascii, json, sys, zlib
from importlib import import_module
from importlib.machinery import ModuleSpec
payload = json.loads(zlib.decompress(binascii.a2b_base64("@PAYLOAD@")))
class Sources:
    def find_spec(self, name, path=None, target=None):
        package = (payload["package"] + ".").startswith(name + ".")
        if package or name.rpartition(".")[0] == payload["package"]:
            return ModuleSpec(name, self, is_package=package)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        stem = module.__name__.rpartition(".")[2]
        if module.__name__.startswith(payload["package"] + "."):
            exec(compile(payload["sources"][stem], stem + ".py", "exec"), module.__dict__)
sys.meta_path.insert(0, Sources())
sys.dont_write_bytecode = True
load = lambda stem: import_module(payload["package"] + "." + stem)
try:
    result = load(payload["module"]).run(payload["params"], payload["check_mode"])
    if not payload["diff"]:
        result.pop("diff", None)
except load("_errors").ModuleError as error:
    result = {"failed": True, "msg": str(error)}
except Exception as error:
    import traceback
    where = traceback.extract_tb(error.__traceback__)[-1]
    result = {"failed": True, "exception": traceback.format_exc(),
              "msg": "%s: %s (%s line %s)" % (type(error).__name__, error, where.filename, where.lineno)}
print("@MARK@" + json.dumps(result))
"""


class RemoteAction(ActionBase):
    """Base of the action plugins whose work happens on the server.

    Subclasses set ``module`` (and ``ordinary_module`` where the module of that name only documents the
    action) and may override ``prepare`` to turn the task's arguments into the
    module's parameters on the controller (rendering templates, reading secrets).
    """

    module: str = ""
    ordinary_module: str = ""
    # Whether ``prepare`` and the module's check mode tell all that the task would do: ``dry_run`` may ask in its place.
    can_dry_run: bool = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        params = self.prepare(task_vars or {})
        result.update(self.ask(params, task_vars or {}))
        return result

    def prepare(self, task_vars: dict) -> dict:
        """The module's parameters; the task's arguments, checked, unless overridden."""
        return self.checked_arguments()

    def checked_arguments(self, argument_spec: dict | None = None) -> dict:
        """The task's arguments with defaults filled in; fails the task on a wrong one."""
        spec = argument_spec or remote_module(self.module).ARGUMENT_SPEC
        validation, _arguments = self.validate_argument_spec(spec)
        return validation.validated_parameters

    def ask(self, params: dict, task_vars: dict) -> dict:
        """``call``, where a server that cannot be reached fails the task."""
        try:
            return self.call(params, task_vars)
        except AnsibleConnectionFailure as error:
            return unanswered(str(task_vars.get("inventory_hostname")), str(error))

    def call(self, params: dict, task_vars: dict) -> dict:
        """Run the module with ``params`` on the server and return its result."""
        if not self._connection.is_pipelining_enabled(False):
            name = f"infogere.hosting.{self.ordinary_module or self.module}"
            return self._execute_module(module_name=name, module_args=without_unset(params), task_vars=task_vars)
        program = self._program(params)
        interpreter = task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"
        if not str(interpreter).startswith("/"):
            interpreter = "/usr/bin/python3"
        answer = self._low_level_execute_command(f"{interpreter} -I -S -", in_data=program, sudoable=True)
        return self._result(answer)

    def sources_for(self, params: dict) -> dict[str, str]:
        """``{stem: source}`` of everything that the program needs on the server."""
        return sources(f"_{self.module}")

    def _program(self, params: dict) -> bytes:
        payload = {
            "package": UTILS_PACKAGE,
            "module": f"_{self.module}",
            "sources": self.sources_for(params),
            "params": params,
            "check_mode": self._task.check_mode,
            "diff": self._task.diff,
        }
        packed = base64.b64encode(zlib.compress(json.dumps(payload).encode())).decode()
        return PROGRAM.replace("@PAYLOAD@", packed).replace("@MARK@", RESULT_MARK).encode()

    def _result(self, answer: dict) -> dict:
        for line in reversed(answer["stdout"].splitlines()):
            if line.startswith(RESULT_MARK):
                return self._parsed(line.removeprefix(RESULT_MARK))
        said = (answer.get("stderr") or answer["stdout"]).strip().splitlines()
        raise AnsibleActionFail(
            f"{self.module} gave no result (exit code {answer['rc']}): {said[-1] if said else 'it said nothing'}"
        )

    def _parsed(self, text: str) -> dict:
        """A server's words are hostile until they have the form of a result."""
        try:
            result = json.loads(text)
        except ValueError:
            result = None
        if not isinstance(result, dict):
            raise AnsibleActionFail(f"{self.module} gave a result that is none: {text[:80]!r}")
        return result


def unanswered(host: str, why: str) -> dict:
    """The result of a task whose server cannot be reached: failed, so that a rescue can record the run's end.

    What Ansible calls unreachable ends the play for that server past every rescue.
    """
    said = " ".join(ANSIBLES_INTRODUCTION.sub("", why).split())
    return {
        "failed": True,
        "unanswered": True,
        "msg": f"{host} does not answer: {said} -> try ssh with the address, user and key of the inventory "
        "(ansible_host, ansible_user, ansible_ssh_private_key_file), then start again",
    }


def without_unset(value):
    """``value`` without keys that are None: an ordinary module would take such a key as given."""
    if isinstance(value, dict):
        return {key: without_unset(item) for key, item in value.items() if item is not None}
    return [without_unset(item) for item in value] if isinstance(value, list) else value


def remote_module(name: str):
    """The module_utils module behind the remote module ``name``, as the controller sees it."""
    return importlib.import_module(f"{UTILS_PACKAGE}._{name}")


@functools.cache
def sources(stem: str) -> dict[str, str]:
    """``{stem: source}`` of one module_utils file and of all those that it imports."""
    found: dict[str, str] = {}
    waiting = [stem, "_errors"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (UTILS_FOLDER / f"{name}.py").read_text(encoding="utf-8")
            waiting += IMPORT.findall(found[name])
    return found
