"""The tasks that follow a task in its block, worked out as Ansible would work them out, without running them.

Only what can be foreseen exactly: tasks of ours whose modules have a check mode, assertions, and the end of a role.
Anything else, or a value that only an earlier task will know, is ``CannotForesee``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible._internal._templating._engine import TemplateEngine
from ansible.playbook.block import Block
from ansible_collections.infogere.hosting.plugins.plugin_utils.remote import RemoteAction

HIDDEN = "its words are hidden (no_log)"
ASSERT = "ansible.builtin.assert"
# Metas without effect on what follows.
QUIET_METAS = {"noop", "role_complete", "flush_handlers"}
# What makes a task more than its module: run elsewhere, again, beside the play, or with a result of its own.
UNFORESEEN = (
    "delegate_to",
    "until",
    "async_val",
    "loop_with",
    "run_once",
    "register",
    "changed_when",
    "failed_when",
)
# The same of a loop.
UNFORESEEN_IN_LOOPS = ("index_var", "extended", "break_when")
# A task that has another of these reaches the server as somebody else, or another way.
WAY_IN = ("become", "become_user", "become_method", "remote_user", "port", "connection")


class CannotForesee(Exception):
    """What the block would do cannot be told before it is done."""


@dataclass(frozen=True)
class Call:
    """One module that a task would run.

    Attributes:
        title: role and name of the task.
        module: short name of our module, such as ``config_tree``.
        params: what the server would be given.
        no_log: what its module says is not to be shown.
    """

    title: str
    module: str
    params: dict[str, Any]
    no_log: bool


class Foresight:
    """Works out the tasks after ``action``'s own.

    Args:
        action: the action plugin of the task that asks; its connection and templar serve for the others.
        task_vars: that task's variables.
    """

    def __init__(self, action: Any, task_vars: dict[str, Any]) -> None:
        self._action = action
        self._play = action._task.get_play()
        self._manager = action._task.get_variable_manager()
        self._host = self._manager._inventory.get_host(task_vars["inventory_hostname"])
        self._known: tuple[Any, dict[str, Any]] | None = None

    def calls(self) -> Iterator[Call]:
        """Every call that the tasks after this one would make, in order.

        Raises:
            CannotForesee: with the reason.
        """
        ended = None  # the role that has ended itself
        for task in following(self._action._task, self._play):
            if (ended is not None and task._role is ended) or self._awaits_answer(task):
                continue
            try:
                variables = self._variables(task)
                meta = task._get_meta() if task.action.endswith("meta") else None
                if meta in QUIET_METAS or not self._is_chosen(task, variables):
                    continue
                if meta:
                    ended = self._ended_role(task, meta, variables) or ended
                else:
                    yield from self._of(task, variables)
            except CannotForesee:
                raise
            except Exception as error:
                # The task itself meets it too, and has the words for it: a site's name that is none, for example.
                why = HIDDEN if task.no_log else " ".join(str(error).split())
                raise CannotForesee(f"{title_of(task)}: {why}") from error

    def _of(self, task: Any, variables: dict[str, Any]) -> Iterator[Call]:
        for name in UNFORESEEN:
            if getattr(task, name):
                raise CannotForesee(f"{title_of(task)}: it has {name}")
        for name in task.get_vars():
            if name.startswith("ansible_"):
                raise CannotForesee(f"{title_of(task)}: it sets {name}")
        for name in UNFORESEEN_IN_LOOPS:
            if task.loop is not None and getattr(task.loop_control, name, None):
                raise CannotForesee(f"{title_of(task)}: its loop has {name}")
        for seen in self._items(task, variables):
            if task._resolve_conditional(task.when, seen):
                yield from self._one(task, seen)

    def _one(self, task: Any, variables: dict[str, Any]) -> Iterator[Call]:
        action = self._action_of(task, variables)
        if isinstance(action, RemoteAction) and action.can_dry_run:
            yield Call(title_of(task), action.module, action.prepare(variables), bool(action._task.no_log))
        elif task.action == ASSERT:
            if action.run(task_vars=variables).get("failed"):
                raise CannotForesee(f"{title_of(task)}: it refuses")
        else:
            raise CannotForesee(f"{title_of(task)}: {task.action} tells only by doing")

    def _action_of(self, task: Any, variables: dict[str, Any]) -> Any:
        """The task's action plugin, its arguments templated, as Ansible's executor makes it."""
        asking, templar = self._action, TemplateEngine(loader=self._action._loader, variables=variables)
        final = task.copy(exclude_parent=True, exclude_tasks=True)
        final._parent = task._parent
        final.post_validate(templar=templar)
        for name in WAY_IN:
            if getattr(final, name) != getattr(asking._task, name):
                raise CannotForesee(f"{title_of(task)}: it has {name}")
        final.check_mode, final.diff = asking._task.check_mode, False
        return asking._shared_loader_obj.action_loader.get(
            final.action,
            task=final,
            connection=asking._connection,
            play_context=asking._play_context,
            loader=asking._loader,
            templar=asking._templar.copy_with_new_env(available_variables=variables),
            shared_loader_obj=asking._shared_loader_obj,
            collection_list=final.collections,
        )

    def _items(self, task: Any, variables: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The variables of each round of the task's loop, or its own where it has none."""
        if task.loop is None:
            yield variables
            return
        items = TemplateEngine(loader=self._action._loader, variables=variables).template(task.loop)
        name = task.loop_control.loop_var if task.loop_control else "item"
        for item in items:
            yield {**variables, "ansible_loop_var": name, name: item}

    def _ended_role(self, task: Any, meta: str, variables: dict[str, Any]) -> Any:
        """The role that ends here, if its condition holds."""
        if meta != "end_role":
            raise CannotForesee(f"{title_of(task)}: meta {meta}")
        return task._role if task._resolve_conditional(task.when, variables) else None

    def _awaits_answer(self, task: Any) -> bool:
        """True for what is done with the asking task's result: its condition names it."""
        name = self._action._task.register
        return bool(name) and any(re.search(rf"\b{name}\b", str(condition)) for condition in task.when)

    def _is_chosen(self, task: Any, variables: dict[str, Any]) -> bool:
        return bool(task.evaluate_tags(self._play.only_tags, self._play.skip_tags, variables))

    def _variables(self, task: Any) -> dict[str, Any]:
        """What the task would see. Tasks of one block of one role see the same."""
        place = (task._parent, task._role) if not task.vars else None
        if place is None or self._known is None or self._known[0] != place:
            self._known = (place, self._manager.get_vars(play=self._play, host=self._host, task=task))
        return self._known[1]


def following(task: Any, play: Any) -> Iterator[Any]:
    """Every task after ``task`` in the block that holds it, nested ones included, in order.

    A task that stands in no block of its own is followed by the rest of the play.

    Raises:
        CannotForesee: the play as it is written does not hold the task.
    """
    rest = _after(play.compile(), task)
    if rest is None:
        raise CannotForesee("the question stands in an included file or role, or in a rescue or always")
    yield from _tasks(rest)


def _after(items: list[Any], task: Any) -> list[Any] | None:
    """What follows ``task`` among these blocks and tasks; None: it is not among them."""
    for place, item in enumerate(items):
        if item._uuid == task._uuid:
            return items[place + 1 :]
        rest = _after(item.block, task) if isinstance(item, Block) else None
        if rest is not None:
            # Ansible makes blocks of its own out of tasks that stand in none.
            return rest + items[place + 1 :] if item._implicit else rest
    return None


def title_of(task: Any) -> str:
    """``role : name of the task``, as Ansible shows it."""
    return str(task.get_name())


def _tasks(items: list[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, Block):
            yield from _tasks(item.block + item.always)
        else:
            yield item
