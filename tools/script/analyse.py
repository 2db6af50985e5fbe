"""Say what a file is without running it. Never raises on any text."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...knowledge.types import CallSite, Maker, PipelineSite, Record, Script, Step
from .applied import Sought, methods_in, preprocessors_in
from .built import Built
from .file import File
from .follow import is_pipeline, makers_of, receiver_of, scheduler_assignments
from .given import arguments_of
from .handlers import handler_of
from .hazards import Surveyed, hazards_of
from .pipelines import find
from .shared import is_made_of
from .source import Source, fingerprint, parse
from .values import Unknown

_DTYPES = {"float16": "float16", "half": "float16", "bfloat16": "bfloat16", "float32": "float32", "float": "float32"}


class Unreadable(Record):
    """The text is not Python that can be parsed."""

    message: str
    line: int | None = None


@dataclass(frozen=True)
class Studied:
    """A file as it was read, and what analysis found: each pipeline beside where it is built."""

    file: File
    script: Script
    built: tuple[Built, ...]

    @property
    def pairs(self) -> Iterator[tuple[Built, PipelineSite]]:
        """Each pipeline with what is said of it."""
        return zip(self.built, self.script.pipelines, strict=True)


def analyse(path: str, text: str, elsewhere: Sequence[Maker] = ()) -> Script | Unreadable:
    """Every pipeline of a Python text with its calls, or why the text cannot be read.

    `elsewhere` are the functions of other files that it imports and that return a pipeline.
    """
    studied = study(path, text, elsewhere)
    return studied.script if isinstance(studied, Studied) else studied


def study(path: str, text: str, elsewhere: Sequence[Maker] = ()) -> Studied | Unreadable:
    """The same, with the syntax that it was read from."""
    source = read(path, text)
    return source if isinstance(source, Unreadable) else study_source(path, source, elsewhere)


def study_source(path: str, source: Source, elsewhere: Sequence[Maker] = ()) -> Studied | Unreadable:
    """The same, of a text that was parsed already."""
    try:
        file = File(source, {m.name: m for m in elsewhere})
        found = find(file)
        script = Script(
            path=path, pipelines=_sites(file, found), elsewhere=tuple(elsewhere), source_sha=fingerprint(source.text)
        )
        return Studied(file, script, tuple(found))
    except RecursionError:
        return Unreadable(message=f"{path}: nested too deeply to be analysed")


def returned(path: str, text: str) -> dict[str, PipelineSite]:
    """The pipelines that functions of a file return, by the function; empty where the file cannot be read."""
    source = read(path, text)
    if isinstance(source, Unreadable):
        return {}
    try:
        file = File(source)
        found = find(file)
        return {name: _site(file, one, found) for one in found for name in sorted(makers_of(file, one))}
    except RecursionError:
        return {}


def read(path: str, text: str) -> Source | Unreadable:
    """The parsed text, or why it cannot be parsed."""
    try:
        return parse(text)
    except SyntaxError as e:
        where = f", line {e.lineno}" if e.lineno else ""
        return Unreadable(message=f"{path}{where}: not Python that can be parsed ({e.msg})", line=e.lineno)
    except (ValueError, RecursionError, MemoryError) as e:
        return Unreadable(message=f"{path}: not Python that can be parsed ({str(e) or type(e).__name__})")


def steps_in(text: str, site: PipelineSite) -> tuple[Step, ...]:
    """The methods that `text` applies to the pipeline of that name, as `PipelineSite.methods` has them."""
    script = analyse("script.py", text)
    found = script.pipeline(site.name) if isinstance(script, Script) else None
    return found.methods if found is not None else ()


def _sites(file: File, found: Sequence[Built]) -> tuple[PipelineSite, ...]:
    sites: dict[int, PipelineSite] = {}
    for one in found:
        site = _site(file, one, found)
        source = next((o for o in found if id(o) in sites and is_made_of(file, one, o)), None)
        if one.maker is not None:
            site = _from_elsewhere(site, one.maker)
        elif source is not None:
            site = _of_the_same_parts(site, sites[id(source)])
        sites[id(one)] = site
    return tuple(sites.values())


def _of_the_same_parts(site: PipelineSite, source: PipelineSite) -> PipelineSite:
    """A pipeline made of another's parts has its checkpoint, scheduler and precision."""
    facts = ("model_id", "controlnet_id", "scheduler", "dtype")
    known = {name: getattr(site, name) or getattr(source, name) for name in facts}
    held = () if site.dtype else tuple(s for s in source.methods if s.method == "precision")
    methods = (*held, *site.methods)
    return site.model_copy(update={**known, "methods": methods, "applied": tuple(s.method for s in methods)})


def _from_elsewhere(site: PipelineSite, maker: Maker) -> PipelineSite:
    """What this file says of the pipeline, before what the file that builds it says."""
    other = maker.site
    facts = ("model_id", "controlnet_id", "scheduler", "dtype", "device")
    known = {name: getattr(site, name) or getattr(other, name) for name in facts}
    methods = {s.method: s for s in (*other.methods, *site.methods)}
    hazards = [h for h in other.hazards if h.slug not in ("not_called", "fight")]
    hazards = [h.model_copy(update={"sentence": f"{maker.path}, {h.sentence}"}) for h in hazards]
    return site.model_copy(
        update={
            **known,
            "built_in": maker.path,
            "methods": tuple(methods.values()),
            "applied": tuple(methods),
            "hazards": (*hazards, *site.hazards),
        }
    )


def _site(file: File, one: Built, among: Sequence[Built]) -> PipelineSite:
    keywords = file.values.keywords(one.call)
    moved = _moves(file, one)
    dtype = _dtype(file, keywords, moved)
    calls = tuple(_call(file, one, c) for c in one.calls)
    methods = methods_in(Sought(file, one, dtype, calls))
    device = next((d for call in moved if (d := _device(file, one, call)) is not None), None)
    scheduler = _scheduler(file, one, keywords.get("scheduler"))
    applied = tuple(s.method for s in methods)
    return PipelineSite(
        name=one.name,
        start=file.source.start(one.whole),
        end=file.source.end(one.whole),
        pipeline_class=one.pipeline_class,
        constructor=one.loader,
        model_id=_model_id(file, one, keywords),
        controlnet_id=_component(file, keywords.get("controlnet")),
        function=file.qualified(one.call),
        load_keywords={name: file.source.code(value) for name, value in keywords.items()},
        scheduler=scheduler,
        dtype=dtype,
        device=device,
        applied=applied,
        methods=methods,
        preprocessors=preprocessors_in(file, one),
        hazards=hazards_of(Surveyed(file, one, among, calls, scheduler, dtype, device, applied)),
        calls=calls,
    )


def _model_id(file: File, one: Built, keywords: dict[str, ast.expr]) -> str | None:
    """What is loaded: the first argument, but for constructors and functions that are given parts or options."""
    if one.loader not in ("from_pretrained", "from_single_file"):
        return _component(file, keywords.get("unet", keywords.get("transformer")))
    named = keywords.get("pretrained_model_name_or_path", keywords.get("pretrained_model_link_or_path"))
    return _string(file, one.call.args[0] if one.call.args else named)


def _component(file: File, node: ast.expr | None) -> str | None:
    """The id that a component which is handed to the pipeline was loaded from: its ControlNet, its denoiser."""
    for option in [node, *file.values.expressions(node)] if node is not None else []:
        while isinstance(option, ast.Call) and isinstance(option.func, ast.Attribute):
            if option.func.attr == "from_pretrained":
                named = {k.arg: k.value for k in option.keywords}
                return _string(file, option.args[0] if option.args else named.get("pretrained_model_name_or_path"))
            option = option.func.value
    return None


def _string(file: File, node: ast.expr | None) -> str | None:
    value = file.values.of(node)
    return value if isinstance(value, str) else None


def _chain(file: File, one: Built) -> list[ast.AST]:
    """The calls chained on the construction: `.to("cuda")` in `X.from_pretrained(...).to("cuda")`."""
    chain: list[ast.AST] = []
    node: ast.AST = one.call
    while node is not one.whole:
        node = file.parents[file.parents[node]]
        chain.append(node)
    return chain


def _moves(file: File, one: Built) -> list[ast.Call]:
    """Calls of `.to`, `.half`, `.cuda` on the pipeline."""
    chained = _chain(file, one)
    return [
        node
        for node in file.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("to", "half", "cuda")
        and (node in chained or is_pipeline(file, one, node.func.value))
    ]


def _device(file: File, one: Built, call: ast.Call) -> str | None:
    """The device that a call moves the pipeline to; None where it may move or not, under an `if`."""
    if any(isinstance(a, ast.If) and a not in file.ancestors(one.call) for a in file.ancestors(call)):
        return None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "cuda":
        return "cuda"
    given = [*call.args, *(k.value for k in call.keywords if k.arg == "device")]
    return next((d for a in given if (d := _string(file, a))), None)


def _dtype(file: File, keywords: dict[str, ast.expr], moved: list[ast.Call]) -> str | None:
    """What the pipeline computes in: as it was turned last, else as it was loaded."""
    for call in sorted(moved, key=lambda c: (c.end_lineno or 0, c.end_col_offset or 0), reverse=True):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "half":
            return "float16"
        given = [*call.args, *(k.value for k in call.keywords)]
        if (turned := next((d for a in given if (d := _named_dtype(file, a))), None)) is not None:
            return turned
    asked = [keywords[k] for k in ("dtype", "torch_dtype") if k in keywords]
    return next((d for a in asked if (d := _named_dtype(file, a))), None)


def _named_dtype(file: File, node: ast.expr) -> str | None:
    for option in [node, *file.values.expressions(node)]:
        if isinstance(option, ast.Attribute) and option.attr in _DTYPES:
            return _DTYPES[option.attr]
        if isinstance(option, ast.Constant) and isinstance(option.value, str):
            return _DTYPES.get(option.value)
    return None


def _scheduler(file: File, one: Built, keyword: ast.expr | None) -> str | None:
    """The class of the scheduler that the script sets last."""
    nodes = [keyword] if keyword is not None else []
    nodes += [a.value for a in scheduler_assignments(file, one)]
    for node in reversed(nodes):
        for option in [node, *file.values.expressions(node)]:
            if isinstance(option, ast.Call):
                owner = option.func.value if isinstance(option.func, ast.Attribute) else option.func
                name = file.origin(owner).rpartition(".")[2]
                if name.endswith("Scheduler"):
                    return name
    return None


def _call(file: File, one: Built, call: ast.Call) -> CallSite:
    source, values = file.source, arguments_of(file, one, call)
    receiver = receiver_of(call)
    method = call.func.attr if isinstance(call.func, ast.Attribute) and receiver is not call.func else "__call__"
    return CallSite(
        start=source.start(call),
        end=source.end(call),
        receiver=source.code(receiver) if receiver is not None else "",
        method=method,
        function=file.qualified(call),
        handler=handler_of(file, call),
        positional=tuple(source.code(a) for a in call.args),
        keywords={k.arg: source.code(k.value) for k in call.keywords if k.arg},
        starred=tuple(source.code(k.value) for k in call.keywords if k.arg is None),
        steps=_integer(file, values.get("num_inference_steps")),
        guidance_scale=_number(file, values.get("guidance_scale")),
        strength=_number(file, values.get("strength")),
        height=_integer(file, values.get("height")),
        width=_integer(file, values.get("width")),
    )


def _integer(file: File, node: ast.expr | None) -> int | None:
    value = file.values.of(node)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(file: File, node: ast.expr | None) -> float | None:
    value = file.values.of(node)
    return None if isinstance(value, bool | str | Unknown) or value is None else float(value)
