"""What a call of a pipeline is given, by name, as far as the text shows it."""

import ast

from ...knowledge.signatures import signature_of
from .built import Built
from .file import File


def arguments_of(file: File, one: Built, call: ast.Call) -> dict[str, ast.expr]:
    """Arguments by name, as far as they can be seen: by position, by keyword, in a dict literal behind `**`."""
    found = file.values.keywords(call)
    if not any(isinstance(a, ast.Starred) for a in call.args):
        found.update(zip(parameters_of(one), call.args, strict=False))
    return found


def parameters_of(one: Built) -> tuple[str, ...]:
    """The positional parameters of a call, as far as they are known for its class."""
    return signature_of(one.pipeline_class).parameters
