"""Classes of diffusers, transformers and open_clip, taken as untyped: their annotations do not hold (`tuple[str]`
for any length, `FloatTensor` for outputs with attributes). The names with a capital letter alone are for annotations.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, TypeAlias

Vae: TypeAlias = Any
Unet: TypeAlias = Any
TextTower: TypeAlias = Any
Clip: TypeAlias = Any
Transformer: TypeAlias = Any
Scheduler: TypeAlias = Any
ControlNet: TypeAlias = Any
AnyPipeline: TypeAlias = Any

diffusers: Any = import_module("diffusers")
transformers: Any = import_module("transformers")
open_clip: Any = import_module("open_clip")
