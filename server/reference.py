"""The reference pages, written from the code: `make docs`, or `python -m diffagent_mcp.server.reference FOLDER`."""

import inspect
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo
from typer.models import ArgumentInfo, OptionInfo

from ..agents import coder
from ..knowledge.catalogue import METHODS
from ..knowledge.method import Method
from ..knowledge.situation import Situation
from ..knowledge.types import Device, Failure, Plan, Script, Trace
from ..tools import textfile
from ..tools.script.analyse import analyse
from ..tools.script.diff import unified
from . import cli, exits
from .settings import PREFIX, Settings

EXAMPLE = """\
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")
image = pipe("a lighthouse at dusk", num_inference_steps=50).images[0]
"""
UNCHANGED = Trace(
    pipeline_class="StableDiffusionPipeline",
    denoiser_class="UNet2DConditionModel",
    denoiser_parameters=859_520_964,
    denoiser_dtype="float32",
    scheduler_class="PNDMScheduler",
    timesteps=51,
    guidance_scale=7.5,
    requested_steps=50,
    denoiser_calls=51,
    batch_sizes={"2": 51},
    latent_shape=(2, 4, 64, 64),
    mid_block_calls=51,
    self_attention_tokens=(64, 256, 1024, 4096),
    self_attention_calls=816,
    cross_attention_calls=816,
    vae_decodes=1,
    image_size=(512, 512),
)
"""what the runner would record of EXAMPLE as it is"""
WRITTEN = "<!-- Written by `make docs` from the code. Do not edit. -->\n"
_COMMON = {"kind", "message", "evidence"}


def main(folder: str) -> None:
    """Write every page into `folder`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        textfile.write(target / name, text)


def render() -> dict[str, str]:
    """File name -> text of every reference page."""
    pages = {
        "methods.md": methods_page(),
        "failures.md": failures_page(),
        "cli.md": cli_page(),
        "settings.md": settings_page(),
    }
    return {name: WRITTEN + "\n" + text.rstrip("\n") + "\n" for name, text in pages.items()}


def methods_page() -> str:
    """Every method of the catalogue: what it is, its knobs, what it writes, how it is proven and repaired."""
    rows = [(f"[`{m.slug}`](#{_anchor(m.title)})", m.summary(), m.gain) for m in METHODS]
    intro = (
        "# Methods\n\nOne file a method, in `knowledge/methods/`. Gain and cost are what is known from the sources, "
        "before anything was measured; what a method does to your script is measured, never assumed. The example under "
        "*What it writes* is this script, with diffusers 0.42:\n\n" + _fenced("python", EXAMPLE)
    )
    return "\n".join([intro, _table(("method", "what it does", "gain and cost"), rows), *map(method_section, METHODS)])


def method_section(kind: type[Method]) -> str:
    """One method."""
    lines, body = [f"## {kind.title}\n", f"{kind.summary()}\n"], inspect.getdoc(kind) or ""
    if rest := body.partition("\n")[2].strip():
        lines.append(f"{rest}\n")
    lines += [_table(("property", ""), _properties(kind)), "**Knobs**\n", _knobs(kind)]
    lines += ["**What it writes**, with its knobs as they are by default\n", _fenced("diff", _example(kind))]
    lines += [f"**How it is proven.** Were it not at work, the verdict would be: *{_unproven(kind)}*\n"]
    if kind.symptoms:
        rows = [(f"`{s.pattern}`", _repair(s.params), s.sentence) for s in kind.symptoms]
        lines += ["**Known failures**\n", _table(("in the failure's text", "repair", "because"), rows)]
    return "\n".join(lines)


def _properties(kind: type[Method]) -> Iterator[tuple[str, str]]:
    yield "slug", f"`{kind.slug}`"
    yield "fits denoisers", ", ".join(sorted(kind.fits))
    yield "needs", f"`pip install {kind.package}`" if kind.package else "nothing beyond torch and diffusers"
    yield "cannot be combined with", ", ".join(f"`{c}`" for c in sorted(kind.clashes)) or "any combination is allowed"
    yield "order", f"{kind.order} (lower is set up first)"
    yield "picture", "unchanged beyond rounding" if kind.lossless else "changes"
    yield "pictures in batches", "the same as one by one" if kind.batch_safe else "not the same; made one by one"
    yield "gain and cost", kind.gain
    yield "sources", "; ".join(kind.sources) or "none"


def _knobs(kind: type[Method]) -> str:
    values = dict(kind.genes())
    if not values:
        return "It has none.\n"
    fields = kind.model_fields
    rows = [(f"`{n}`", _range(v), f"`{fields[n].default}`", fields[n].description or "") for n, v in values.items()]
    return _table(("knob", "values", "default", "meaning"), rows)


def _range(values: Sequence[Any]) -> str:
    if len(values) < 4 or isinstance(values[0], str | bool):
        return ", ".join(f"`{v}`" for v in values)
    return f"`{values[0]}` to `{values[-1]}` in steps of `{round(values[1] - values[0], 6)}`"


def _example(kind: type[Method]) -> str:
    """The diff that the method alone makes of EXAMPLE."""
    script = analyse("pipe.py", EXAMPLE)
    if not isinstance(script, Script):
        raise AssertionError(script.message)
    written = coder.write(Plan(steps=(kind().step(),)), EXAMPLE, script, _situation(script))
    return unified(EXAMPLE, getattr(written, "code", EXAMPLE), "pipe.py")


def _situation(script: Script) -> Situation:
    return Situation(
        pipeline=script.pipelines[0],
        pipeline_class="StableDiffusionPipeline",
        device=Device(kind="cuda", name="a GPU", memory_mb=24_000, bf16=True),
        libraries={"diffusers": "0.42.0"},
        scheduler="PNDMScheduler",
    )


def _unproven(kind: type[Method]) -> str:
    return kind().unproven(UNCHANGED, UNCHANGED) or "(its absence leaves no sign)"


def _repair(params: dict[str, Any] | None) -> str:
    return ", ".join(f"`{k}={v}`" for k, v in params.items()) if params else "leave it out"


def failures_page() -> str:
    """Every kind of failure, as `outcome.json` and `--json` name it."""
    intro = (
        "# Failures\n\nA candidate that fails is a value, not a crash: the search reads it, repairs the plan or goes "
        "on, and the report lists it. Each has a `kind`, a `message` (one sentence) and `evidence` (the last lines "
        "that the script's process printed, quoted). The exit code is the command's where the script *as it is* fails "
        "this way; a candidate's failure never ends a run.\n"
    )
    kinds: tuple[Any, ...] = get_args(Failure)
    rows = [(f"[`{_kind(k)}`](#{_kind(k)})", inspect.getdoc(k) or "", k.fault, str(exits.of_failure(k))) for k in kinds]
    table = _table(("kind", "what happened", "whose fault", "exit code"), rows)
    return "\n".join([intro, table, *map(failure_section, kinds)])


def failure_section(kind: Any) -> str:
    """One kind of failure with the fields that are its own."""
    kept = "kept, and not measured again" if kind.settled else "kept, but measured again the next time"
    lines = [f"## {_kind(kind)}\n", f"{inspect.getdoc(kind)}\n", f"Such a verdict is {kept}.\n"]
    own = [
        (f"`{n}`", _type(f.annotation), f.description or "") for n, f in kind.model_fields.items() if n not in _COMMON
    ]
    return "\n".join([*lines, _table(("field", "type", "meaning"), own)] if own else lines)


def _kind(kind: Any) -> str:
    return str(kind.model_fields["kind"].default)


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
    lines.append(_table(("command", "what it does"), [(f"`{n}`", inspect.getdoc(c) or "") for n, c in commands()]))
    return "\n".join(lines + [command_section(name, command) for name, command in commands()])


def commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Name and function of every command, in the order in which they are declared."""
    for each in cli.app.registered_commands:
        if each.callback is not None:
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
    head = [f"## {name}\n", f"{inspect.getdoc(command)}\n", _fenced("console", usage + "\n")]
    return "\n".join([*head, _table(("argument or option", "value", "default", "meaning"), rows)])


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
            yield Parameter(word if required else f"[{word}]", _type(kind), "", info.help or "", positional=True)
        elif isinstance(info, OptionInfo):
            default = "" if given.default is None or kind is bool or required else f"`{given.default}`"
            option = next(_declared(info), f"--{name.replace('_', '-')}")
            yield Parameter(option, "" if kind is bool else _type(kind), default, info.help or "")


def _declared(info: OptionInfo) -> Iterator[str]:
    """Names given by hand; in an annotation typer keeps the first of them where a default would stand."""
    yield from (d for d in (info.default, *(info.param_decls or ())) if isinstance(d, str) and d.startswith("-"))


def settings_page() -> str:
    """Every setting with its environment variable."""
    intro = (
        "# Settings\n\nA flag wins over the environment, which wins over the file. The file is `diffagent/config.toml` "
        "in the user's configuration folder (on Linux `~/.config`), or what `DIFFAGENT_CONFIG` names. Names that are "
        "not listed here are errors in the file.\n"
    )
    rows = [
        (f"`{name}`", f"`{PREFIX}{name.upper()}`", _type(f.annotation), _default(f), f.description or "")
        for name, f in Settings.model_fields.items()
    ]
    table = _table(("in the file", "in the environment", "type", "default", "meaning"), rows)
    return "\n".join([intro, table, "Example:\n", _fenced("toml", 'models = "zoo"\nthreads = 2\n')])


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "`diffagent` in the user's data folder (on Linux `~/.local/share`)"
    return "" if field.default is None else f"`{field.default}`"


def _type(annotation: Any) -> str:
    """A type in words that also mean something to people who write no Python."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments if a is not type(None))
    if origin in (list, tuple):
        return f"{_type(arguments[0])}, several"
    words = {int: "integer", float: "number", str: "text", bool: "yes or no", Path: "path"}
    return words.get(annotation, str(annotation))


def _table(head: Sequence[str], rows: Any) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]) + "\n"


def _cell(text: str) -> str:
    """On one line; bars, which would end the cell, are escaped."""
    return " ".join(text.replace("|", "\\|").split())


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _anchor(title: str) -> str:
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
