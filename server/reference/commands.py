"""The page of the command line."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from .. import cli
from .tables import fenced, table, type_in_words


@dataclass(frozen=True)
class Parameter:
    """One argument or option of a command."""

    name: str
    value: str
    default: str
    help: str
    positional: bool = False


def cli_page() -> str:
    """Every command with its arguments and options."""
    codes = (inspect.getdoc(cli) or "").partition("\n\n")[2]
    intro = "What people read is on stdout, or JSON with `--json`; progress and complaints are on stderr."
    lines = ["# Command line\n", f"{intro} {codes}\n"]
    lines.append(table(("command", "what it does"), [(f"`{n}`", inspect.getdoc(c) or "") for n, c in commands()]))
    return "\n".join(lines + [command_section(name, command) for name, command in commands()])


def commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Name and function of every command, in the order in which they are declared."""
    for each in cli.app.registered_commands:
        if each.callback is not None and not each.hidden:
            yield each.name or each.callback.__name__.replace("_", "-"), each.callback
    for group in cli.app.registered_groups:
        for each in group.typer_instance.registered_commands if group.typer_instance else ():
            if each.callback is not None:
                yield f"{group.name} {each.name or each.callback.__name__}", each.callback


def command_section(name: str, command: Callable[..., Any]) -> str:
    """Usage, arguments and options of one command."""
    found = list(parameters(command))
    words = [p.name for p in found if p.positional]
    usage = f"diffagent-mcp {' '.join([name, '[OPTIONS]', *words])}"
    rows = [(f"`{p.name}`", p.value, p.default, p.help) for p in found]
    head = [f"## {name}\n", f"{inspect.getdoc(command)}\n", fenced("console", usage + "\n")]
    return "\n".join([*head, table(("argument or option", "value", "default", "meaning"), rows)])


def parameters(command: Callable[..., Any]) -> Iterator[Parameter]:
    """What a command takes, from its signature: typer reads the same annotations."""
    hints = get_type_hints(command, include_extras=True)
    for name, given in inspect.signature(command).parameters.items():
        annotated = get_args(hints[name]) if get_origin(hints[name]) is Annotated else (hints[name], None)
        kind, info = annotated[0], annotated[1]
        required = given.default is inspect.Parameter.empty
        if isinstance(info, ArgumentInfo):
            many = " ..." if "list" in str(kind) else ""
            word = f"{'-- ' if many else ''}{name.upper()}{many}"
            yield Parameter(
                word if required else f"[{word}]", type_in_words(kind), "", info.help or "", positional=True
            )
        elif isinstance(info, OptionInfo):
            default = "" if given.default is None or kind is bool or required else f"`{given.default}`"
            option = next(_declared(info), f"--{name.replace('_', '-')}")
            yield Parameter(option, "" if kind is bool else type_in_words(kind), default, info.help or "")


def _declared(info: OptionInfo) -> Iterator[str]:
    """Names given by hand; in an annotation typer keeps the first of them where a default would stand."""
    yield from (d for d in (info.default, *(info.param_decls or ())) if isinstance(d, str) and d.startswith("-"))
