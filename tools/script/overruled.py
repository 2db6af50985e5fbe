"""What a change takes out of the script's own hands: `steps=args.steps` that now says 20. Pure."""

import ast
from collections.abc import Mapping

from ...knowledge.signatures import named_arguments
from ...knowledge.types import Script
from . import syntax
from .analyse import analyse


def overruled(before: Script, pipeline: str, code: str) -> tuple[str, ...]:
    """One sentence for each argument that the script worked out for itself and `code` fixes.

    Literals, and constants of a module such as `torch.float16`, are replaced without a word: the diff shows them.
    """
    after = analyse(before.path, code, before.elsewhere)
    old, new = before.pipeline(pipeline), after.pipeline(pipeline) if isinstance(after, Script) else None
    if old is None or new is None:
        return ()
    said = _compare(old.start.line, old.load_keywords, new.load_keywords)
    for mine, its in zip(old.calls, new.calls, strict=False):
        said += _compare(mine.start.line, *(named_arguments(old.pipeline_class, c) for c in (mine, its)))
    return tuple(dict.fromkeys(said))


def _compare(line: int, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    changed = [(name, was, new[name]) for name, was in old.items() if name in new and new[name] != was]
    return [f"line {line}: {name} is {now} now, whatever `{was}` says" for name, was, now in changed if _decides(was)]


def _decides(expression: str) -> bool:
    """Is it worked out by the script, rather than written there?"""
    node = syntax.expression(expression)
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return not isinstance(node, ast.Constant) and not _is_constant_of_module(node)


def _is_constant_of_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "torch"
