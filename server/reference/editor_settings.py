"""The settings of the editor extension, as its package.json has them, made from the settings and the usual target."""

import json
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from ...knowledge.types import Target
from ...tools.report.text import begun
from ..settings import Settings

_SECTION = "diffagent."
_KINDS: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean", Path: "string"}
_AIM = 2.0
"""times faster that an editor offers first"""


def configuration() -> list[dict[str, Any]]:
    """The sections of `contributes.configuration`.

    The settings of `diffagent.engine` reach the Python side as environment variables of the same names.
    """
    engine = {_SECTION + camel(name): _engine(name, field) for name, field in Settings.model_fields.items()}
    return [
        {"id": "diffagent.editor", "title": "DiffAgent", "properties": _editor()},
        {"id": "diffagent.engine", "title": "Measuring and language models", "properties": engine},
    ]


def filled(package: str) -> str:
    """The text of a package.json with its settings as they are here."""
    whole = json.loads(package)
    whole["contributes"]["configuration"] = configuration()
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def camel(name: str) -> str:
    """`llm_usd` → `llmUsd`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _editor() -> dict[str, Any]:
    interpreter = (
        "The Python interpreter that has `diffagent-mcp`. Default: the one that is selected in the Python extension, "
        "else `python3`. `~` and `${workspaceFolder}` are known."
    )
    speedup = {"type": "number", "default": _AIM, "exclusiveMinimum": 1, "maximum": 100}
    return {
        _SECTION + "interpreter": {
            "type": ["string", "null"],
            "default": None,
            "markdownDescription": interpreter,
            "scope": "machine-overridable",
        },
        _SECTION + "speedup": {**speedup, "markdownDescription": "Times faster that *Accelerate* offers first."},
        _SECTION + "maxLoss": _bound("max_loss", "Quality that a candidate may lose"),
        _SECTION + "maxDrift": _bound("max_drift", "How far pictures may move"),
        _SECTION + "diagnostics.enable": _switch("Underline what costs time or pictures."),
        _SECTION + "diagnostics.ignore": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "markdownDescription": "Codes of hints that are not shown.",
            "scope": "resource",
        },
        _SECTION + "codeLens.enable": _switch("Show *Profile*, *Accelerate* and *Estimate* above calls of pipelines."),
        _SECTION + "inlayHints.enable": _switch("Show what is known of a call behind it."),
    }


def _bound(name: str, meaning: str) -> dict[str, Any]:
    field = Target.model_fields[name]
    text = f"{meaning}: {field.description}."
    return {**_typed(field), "default": field.default, "markdownDescription": text, "scope": "resource"}


def _switch(text: str) -> dict[str, Any]:
    return {"type": "boolean", "default": True, "markdownDescription": text, "scope": "resource"}


def _engine(name: str, field: FieldInfo) -> dict[str, Any]:
    default = None if field.default_factory is not None else field.default
    # what costs money, names a server that gets texts, or opens the walls is not for a folder's settings to say
    own = name in ("home", "sandbox", "allow_read") or name.startswith("llm")
    description = f"{begun(field.description or '')}."
    typed = _typed(field)
    if default is None and not isinstance(typed["type"], list):
        typed["type"] = [typed["type"], "null"]
    scope = "machine" if own else "machine-overridable"
    return {**typed, "default": default, "markdownDescription": description, "scope": scope}


def _typed(field: FieldInfo) -> dict[str, Any]:
    """Type and bounds, as JSON Schema says them."""
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return {"type": "string", "enum": list(get_args(annotation))}
    union = get_origin(annotation) in (Union, types.UnionType)
    of = [a for a in (get_args(annotation) if union else (annotation,)) if a is not types.NoneType]
    kind = _KINDS[of[0]]
    bounds: dict[str, Any] = {}
    for bound in field.metadata:
        if isinstance(bound, Ge):
            bounds["minimum"] = bound.ge
        elif isinstance(bound, Gt):
            bounds["exclusiveMinimum"] = bound.gt
        elif isinstance(bound, Le):
            bounds["maximum"] = bound.le
    return {"type": [kind, "null"] if union else kind, **bounds}
