"""Which acceleration methods a script already uses, by the calls that switch them on, and with which settings."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...knowledge.steps import run_of
from ...knowledge.types import CallSite, Scalar, Step
from .built import Built
from .file import File
from .follow import belongs
from .marks import Mark, marks
from .quantised import quantisers_in

_BY_NAME = {
    "DeepCacheSDHelper": "deepcache",
    "SafeDeepCache": "deepcache",
    "SDCFGCutoffCallback": "guidance_cutoff",
    "SDXLCFGCutoffCallback": "guidance_cutoff",
    "fuse_qkv_projections": "fused_qkv",
    "compile_repeated_blocks": "compile",
    "enable_vae_slicing": "vae_slicing",
    "enable_vae_tiling": "vae_tiling",
    "apply_group_offloading": "group_offload",
    "apply_layerwise_casting": "layerwise_casting",
    "MagCacheConfig": "mag_cache",
    "apply_cache_on_pipe": "first_block_cache",
    "oneflow_compile": "compile",
    "set_attention_backend": "attention_backend",
}
"""other ways to switch a method on than the one that it writes itself"""
_BESIDE = frozenset({"vae", "text_encoder", "text_encoder_2", "text_encoder_3", "image_encoder", "controlnet"})
"""parts of a pipeline whose compilation leaves the denoiser as it was"""
_MATMUL = "torch.set_float32_matmul_precision"
"""a call that speaks of no pipeline, and is meant for all"""
_CANNY = ("Canny", "CannyDetector")
_Defaults = Mapping[str, Scalar | None]
# What each library takes where the call says nothing, in the order of its parameters; None has no such value.
_SET_PARAMS: _Defaults = {"cache_interval": 1, "cache_branch_id": 0}
_APPLY_PATCH: _Defaults = {"model": None, "ratio": 0.5, "max_downsample": 1}
_TGATE: _Defaults = {"gate_step": 10, "sp_interval": 5, "fi_interval": 1, "warm_up": 2}
_BACKEND: _Defaults = {"backend": None}
_CUTOFF: _Defaults = {"cutoff_step_ratio": 1.0, "cutoff_step_index": None}


@dataclass(frozen=True)
class Sought:
    """The pipeline whose methods are looked for, and what is known of it by now."""

    file: File
    one: Built
    dtype: str | None
    calls: Sequence[CallSite]


def methods_in(sought: Sought) -> tuple[Step, ...]:
    """Each method once, with those of its settings that can be read, named as `Method.written` names them."""
    found: dict[str, Step] = {}
    if sought.dtype in ("float16", "bfloat16"):
        found["precision"] = Step(method="precision", params={"dtype": sought.dtype})
    found |= {slug: Step(method=slug) for slug in quantisers_in(sought.file, sought.one)}
    for slug, node in switches_in(sought.file, sought.one).items():
        params = _settings(sought, slug, node) if isinstance(node, ast.Call) else {}
        found.setdefault(slug, Step(method=slug, params=params))
    return tuple(found.values())


def switches_in(file: File, one: Built) -> dict[str, ast.Call | ast.Assign]:
    """Where each method is switched on by a statement of its own: the first such call or assignment."""
    found: dict[str, ast.Call | ast.Assign] = {}
    for node in (*file.kinds.get(ast.Assign, ()), *file.kinds.get(ast.Call, ())):
        if isinstance(node, ast.Assign) and (general := _set_for_all(node)) is not None:
            found.setdefault(general, node)
        slug = _switched_on(file, node) if isinstance(node, ast.Call) else None
        if slug and isinstance(node, ast.Call) and slug not in found and _concerns(file, one, node):
            found[slug] = node
    return found


def preprocessors_in(file: File, one: Built) -> tuple[str, ...]:
    """What prepares a ControlNet's image: `cv2.Canny`, or the detector of controlnet_aux."""
    if "ControlNet" not in one.pipeline_class:
        return ()
    origins = {file.origin(n.func) for n in file.nodes if isinstance(n, ast.Call)}
    names = {o.partition(".from_pretrained")[0].rpartition(".")[2] for o in origins}
    return ("canny",) if names & set(_CANNY) else ()


def _switched_on(file: File, call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    origin = file.origin(call.func)
    real = origin.rpartition(".")[2] or name
    if real in _BY_NAME:
        return _BY_NAME[real]
    if origin.startswith("tomesd.") and real == "apply_patch":
        return "tome"
    if origin.startswith("tgate.") and real.endswith("Loader"):
        return "tgate"
    if name == "compile" and (origin.startswith(("torch.", "sfast.")) or (_is_method(call) and not origin)):
        return None if _of_another_part(call) else "compile"
    if origin == _MATMUL:
        return "tf32" if file.values.of(call.args[0] if call.args else None) in ("high", "medium") else None
    if any(k.arg == "memory_format" and ast.unparse(k.value).endswith("channels_last") for k in call.keywords):
        return "channels_last"
    mark = _mark(origin, name)
    return mark.slug if mark is not None else None


def _is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute)


def _of_another_part(call: ast.Call) -> bool:
    """Does `torch.compile(pipe.vae.decode)` or `pipe.vae.compile()` compile something else than the denoiser?"""
    compiled = call.args[:1] or ([call.func.value] if isinstance(call.func, ast.Attribute) else [])
    return any(isinstance(n, ast.Attribute) and n.attr in _BESIDE for c in compiled for n in ast.walk(c))


def _mark(origin: str, name: str) -> Mark | None:
    """By the whole dotted name of a module's function, else by any part of it, else by the method's name."""
    known = marks()
    names = (origin, *reversed(origin.split(".")), *(() if origin else (name,)))
    return next((known[n] for n in names if n in known), None)


def _set_for_all(node: ast.Assign) -> str | None:
    """A switch of a whole library: `torch.backends.cuda.matmul.allow_tf32 = True`."""
    if isinstance(node.value, ast.Constant) and not node.value.value:
        return None
    return next((mark.slug for t in node.targets if (mark := marks().get(ast.unparse(t))) is not None), None)


def _concerns(file: File, one: Built, call: ast.Call) -> bool:
    """Is the pipeline mentioned in the call, or is the call an argument of one of the pipeline's own calls?"""
    around = {a for a in file.ancestors(call) if isinstance(a, ast.Call)}
    mark = _mark(file.origin(call.func), "")
    general = file.origin(call.func) == _MATMUL or (mark is not None and not mark.of_pipeline)
    if general or any(_handed(file, one, call, c) for c in around):
        return True
    if any(c in around for c in (*one.calls, *(b.call for b in one.builds))) or _fills(file, one, call):
        return True
    if any(belongs(file, one, n) for n in _mentions(call)) or not one.names:
        return True
    mine = (c for c in file.nodes if isinstance(c, ast.Call) and _is_of(file, one, c))
    return any(_names(call, file, c) for c in (*one.calls, *(b.call for b in one.builds), *mine))


def _is_of(file: File, one: Built, call: ast.Call) -> bool:
    """Is it `pipe.transformer.enable_cache(...)`, or a function that is handed the pipeline?"""
    if isinstance(call.func, ast.Attribute) and belongs(file, one, call.func.value):
        return True
    return any(belongs(file, one, a) for a in (*call.args, *(k.value for k in call.keywords)))


def _handed(file: File, one: Built, call: ast.Call, around: ast.Call) -> bool:
    """Is it an argument of such a call: `apply(pipe.unet, Config(...))`?"""
    given = [*around.args, *(k.value for k in around.keywords)]
    return call in given and _is_of(file, one, around)


def _fills(file: File, one: Built, call: ast.Call) -> bool:
    """Is what is called there made a part of the pipeline: `pipe.vae = X.from_pretrained(...)`?"""
    statement = file.statement(call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(t, ast.Attribute) and belongs(file, one, t.value) for t in targets)


def _names(call: ast.Call, file: File, of: ast.Call) -> bool:
    """Is `call` what a name stands for that is handed to the pipeline's call `of`?"""
    given = [*of.args, *(k.value for k in of.keywords)]
    return any(call in file.values.expressions(g) for g in given if isinstance(g, ast.Name))


def _mentions(call: ast.Call) -> Iterator[ast.expr]:
    for node in ast.walk(call):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node


def _settings(sought: Sought, slug: str, call: ast.Call) -> dict[str, Scalar]:
    if slug == "deepcache":
        return _deepcache(sought.file, call)
    if slug == "tome":
        found = _read(sought.file, call, _APPLY_PATCH)
        return {k: v for k, v in found.items() if k != "model"}
    if slug == "tgate":
        gated = [c for c in sought.one.calls if isinstance(c.func, ast.Attribute) and c.func.attr == "tgate"]
        return _read(sought.file, gated[0], _TGATE, by_position=False) if gated else {}
    if slug == "guidance_cutoff":
        return _cutoff(sought, call)
    if slug == "attention_backend":
        return _read(sought.file, call, _BACKEND)
    if slug == "compile":
        regional = isinstance(call.func, ast.Attribute) and call.func.attr == "compile_repeated_blocks"
        mode = sought.file.values.of(sought.file.values.keywords(call).get("mode"))
        named = {"mode": mode} if isinstance(mode, str) and mode != "default" else {}
        return {"scope": "regional" if regional else "whole", **named}
    return {}


def _deepcache(file: File, call: ast.Call) -> dict[str, Scalar]:
    """`helper.set_params(...)`, where `helper` is what this call is bound to."""
    for node in file.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "set_params":
            continue
        if call is node.func.value or call in file.values.expressions(node.func.value):
            found = _read(file, node, _SET_PARAMS)
            names = {"cache_interval": "interval", "cache_branch_id": "branch"}
            return {names[k]: v for k, v in found.items()}
    return {}


def _cutoff(sought: Sought, call: ast.Call) -> dict[str, Scalar]:
    """The step after which guidance ends, as an index: of a ratio, where the number of steps is known."""
    found = _read(sought.file, call, _CUTOFF)
    if "cutoff_step_index" in found:
        return {"index": found["cutoff_step_index"]}
    ratio = found.get("cutoff_step_ratio")
    steps = next((run_of(c.steps, c.strength) for c in sought.calls if c.steps), None)
    if not isinstance(ratio, int | float) or steps is None:
        return {}
    return {"index": int(steps * ratio)}


def _read(file: File, call: ast.Call, defaults: _Defaults, by_position: bool = True) -> dict[str, Scalar]:
    """Arguments by name: as given, else the library's default. What is given and cannot be read is left out."""
    given: dict[str, ast.expr] = {}
    unseen = False
    for keyword in call.keywords:
        if keyword.arg is None:
            given.update(file.values.visible(keyword.value))
            unseen = unseen or file.values.mapping(keyword.value) is None
    if by_position:
        given.update(zip(defaults, call.args, strict=False))
    given.update({k.arg: k.value for k in call.keywords if k.arg})
    found: dict[str, Scalar] = {}
    for name, default in defaults.items():
        value = file.values.of(given[name]) if name in given else None if unseen else default
        if isinstance(value, int | float | str | bool):
            found[name] = value
    return found
