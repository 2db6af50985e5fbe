"""Which library keeps a pipeline's denoiser in fewer bits: read off the configuration that it is loaded with."""

import ast
from collections.abc import Iterator

from ...knowledge.quantised import QUANTISERS
from .built import Built
from .file import File
from .follow import is_pipeline

_CONFIGS = {"TorchAoConfig": "torchao", "QuantoConfig": "quanto", "BitsAndBytesConfig": "bitsandbytes"}
_WHOLE = "PipelineQuantizationConfig"
_DENOISERS = ("unet", "transformer", "transformer_2")


def quantisers_in(file: File, one: Built) -> tuple[str, ...]:
    """The slugs of those methods; a text encoder in fewer bits is none of them."""
    nodes = (n for given in _loaded(file, one) for n in file.values.made_of(given))
    slugs = (_slug(file, n) for n in nodes if isinstance(n, ast.Call))
    return tuple(dict.fromkeys(s for s in slugs if s in QUANTISERS))


def _loaded(file: File, one: Built) -> Iterator[ast.expr]:
    """What the denoiser is made of: where the pipeline is built, and where it is given another one."""
    for build in one.builds:
        given = file.values.keywords(build.call)
        yield from (given[name] for name in ("quantization_config", *_DENOISERS) if name in given)
    for name in _DENOISERS:
        for target in file.attributes.get(name, ()):
            around = file.parents[target]
            if isinstance(around, ast.Assign) and target in around.targets and is_pipeline(file, one, target.value):
                yield around.value


def _slug(file: File, call: ast.Call) -> str | None:
    """The library that a configuration names, where it is meant for the denoiser."""
    origin = file.origin(call.func)
    name = origin.rpartition(".")[2]
    if not origin.startswith("diffusers."):
        return None
    if name != _WHOLE:
        around = file.parents[call]
        keys = around.keys if isinstance(around, ast.Dict) and call in around.values else []
        key = keys[around.values.index(call)] if isinstance(around, ast.Dict) and keys else None
        return _CONFIGS.get(name) if key is None or file.values.of(key) in _DENOISERS else None
    given = file.values.keywords(call)
    backend = file.values.of(given.get("quant_backend"))
    parts = given.get("components_to_quantize")
    named = [file.values.of(n) for n in parts.elts] if isinstance(parts, ast.List | ast.Tuple) else []
    if named and not any(p in _DENOISERS for p in named):
        return None
    return backend.partition("_")[0] if isinstance(backend, str) else None
