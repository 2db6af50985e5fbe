"""The page of the methods."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...knowledge.catalogue import OURS
from ...knowledge.method import Method
from ...knowledge.pipelines import CARDS
from ...knowledge.silent import silent_failures_of
from ...knowledge.topic import described
from ...knowledge.types import Step
from ..explaining import UNCHANGED, Shown, shown, undo_of
from ..place import Place, bare
from .tables import anchor, fenced, table

_LIBRARIES = {"diffusers": "0.42.0"}


def methods_page() -> str:
    """Every method of the catalogue: what it is, its knobs, what it writes, how it is proven and repaired."""
    rows = [(f"[`{m.slug}`](#{anchor(m.title)})", m.kind, m.summary(), m.gain) for m in OURS]
    intro = (
        "# Methods\n\nOne file a method, in `knowledge/methods/`. Gain and cost are what is known from the sources, "
        "before anything was measured; what a method does to your script is measured, never assumed. Under *What it "
        "writes* stands what the method alone does to the plain script of the first pipeline that it fits, with "
        "diffusers 0.42 and everything that it needs. `diffagent-mcp explain METHOD --for FILE` shows the same for "
        "your file.\n"
    )
    return "\n".join(
        [intro, table(("method", "kind", "what it does", "gain and cost"), rows), *map(method_section, OURS)]
    )


def method_section(kind: type[Method]) -> str:
    """One method."""
    lines, body = [f"## {kind.title}\n", f"{kind.summary()}\n"], inspect.getdoc(kind) or ""
    if rest := body.partition("\n")[2].strip():
        lines.append(f"{rest}\n")
    lines += [table(("property", ""), _properties(kind)), "**Knobs**\n", _knobs(kind)]
    if (seen := _seen(kind)) is not None:
        lines += [f"**What it writes** into {seen.where}, as `{_setting(seen.step)}`\n", fenced("diff", seen.diff)]
    lines += [f"**How it is proven.** Were it not at work, the verdict would be: *{_unproven(kind)}*\n"]
    lines += [f"**How it is undone** between two calls: {_undone(kind)}\n"]
    lines += _bullets("When it backfires", kind.backfires)
    lines += _bullets("Silent failures", [f"{s.sentence} (`{s.slug}`)" for s in silent_failures_of(kind.slug)])
    if kind.symptoms:
        rows = [(f"`{s.pattern}`", _repair(s.params), s.sentence) for s in kind.symptoms]
        lines += ["**Known failures**\n", table(("in the failure's text", "repair", "because"), rows)]
    return "\n".join(lines)


def _properties(kind: type[Method]) -> Iterator[tuple[str, str]]:
    needs = [f"`pip install {kind.package}`"] if kind.package else []
    needs += [f"`{library}{wanted}`" for library, wanted in kind.needs.items()]
    yield "slug", f"`{kind.slug}`"
    yield "kind", kind.kind
    yield "fits denoisers", ", ".join(sorted(kind.fits))
    yield "devices", ", ".join(sorted(kind.devices))
    yield "needs", ", ".join(needs) or "nothing beyond torch and diffusers"
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
    return table(("knob", "values", "default", "meaning"), rows)


def _range(values: Sequence[Any]) -> str:
    if len(values) < 4 or isinstance(values[0], str | bool):
        return ", ".join(f"`{v}`" for v in values)
    return f"`{values[0]}` to `{values[-1]}` in steps of `{round(values[1] - values[0], 6)}`"


def _repair(params: dict[str, Any] | None) -> str:
    return ", ".join(f"`{k}={v}`" for k, v in params.items()) if params else "leave it out"


def _seen(kind: type[Method]) -> Shown | None:
    nowhere = bare(CARDS[0], described("cuda"), _LIBRARIES)
    return shown(kind, Place(nowhere))


def _setting(step: Step) -> str:
    return f"{step.method}({', '.join(f'{k}={v}' for k, v in step.params.items())})"


def _unproven(kind: type[Method]) -> str:
    return kind().unproven(UNCHANGED, UNCHANGED) or "(its absence leaves no sign)"


def _undone(kind: type[Method]) -> str:
    found = undo_of(kind(), bare(CARDS[0], described("cuda"), _LIBRARIES))
    if found is None:
        return "not at all; the pipeline is loaded anew."
    return ", then ".join(f"`{s}`" for s in found) + "." if found else "nothing stays behind."


def _bullets(title: str, lines: Iterable[str]) -> list[str]:
    rows = [f"- {line}" for line in lines]
    return [f"**{title}**\n", "\n".join(rows) + "\n"] if rows else []
