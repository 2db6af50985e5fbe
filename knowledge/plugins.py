"""What installed packages add, found by their entry points. What is broken is left out and named, and breaks nothing.

Plugins run in the tool's own process and with its trust: who installs one trusts its author. They are looked for once a
process, so a plugin that is installed meanwhile is seen by the next command.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

METHODS = "diffagent_mcp.methods"
"""entry points that name a class of `knowledge.method.Method`"""
CHATS = "diffagent_mcp.chats"
"""entry points that name a function from a model's name to what has it say something (`tools.chat.plugged`)"""
EXECUTORS = "diffagent_mcp.executors"
"""entry points that name a function which opens a line to nodes that do a benchmark's tasks (`bench.running.fleet`)"""
METRICS = "diffagent_mcp.metrics"
"""entry points that name a function from pictures to numbers; only the scorer's process loads it (`tools.measure`)"""

Given = TypeVar("Given")


@dataclass(frozen=True)
class Broken:
    """Why a plugin is not used, in a sentence."""

    sentence: str


@dataclass(frozen=True)
class Plugin:
    """One entry point: what it gives, or why it is not used."""

    group: str
    name: str
    package: str
    """distribution and version that it came with"""
    given: object | Broken

    @property
    def complaint(self) -> str | None:
        """What to tell the person; None where it can be used."""
        if not isinstance(self.given, Broken):
            return None
        return f"the plugin {self.name} of {self.package} is not used: {self.given.sentence}"


def guarded(call: Callable[[], Given]) -> Given | Broken:
    """What foreign code gives, or what it raised; what it prints goes to stderr, as stdout may be a protocol's.

    The only place where all that a plugin can raise is caught.
    """
    try:
        with redirect_stdout(sys.stderr):
            return call()
    except (Exception, SystemExit) as e:
        return Broken(f"it raised {type(e).__name__}: {' '.join(str(e).split())[:200] or 'nothing more is said'}")


@cache
def found(group: str) -> tuple[Plugin, ...]:
    """Every plugin of a group in the order of their names, loaded; the second one of a name is not used."""
    taken: dict[str, str] = {}
    plugins: list[Plugin] = []
    for entry in _entries(group):
        package = _package(entry)
        given: Any = Broken(f"{taken[entry.name]} brings one of that name") if entry.name in taken else None
        plugins.append(Plugin(group, entry.name, package, given or guarded(entry.load)))
        taken.setdefault(entry.name, package)
    return tuple(plugins)


def offered(group: str) -> dict[str, str]:
    """Names of a group's plugins and the packages that bring them, without loading any of them."""
    names: dict[str, str] = {}
    for entry in _entries(group):
        names.setdefault(entry.name, _package(entry))
    return names


def named(group: str, name: str) -> Plugin | None:
    """The plugin of this name, loaded; None where no package brings one."""
    return next((p for p in found(group) if p.name == name), None)


def _entries(group: str) -> list[EntryPoint]:
    """In the order in which the first one of a name is the one that counts."""
    return sorted(entry_points(group=group), key=lambda e: (e.name, _package(e)))


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown package"
