"""Long statements of ours, laid out as formatters do: one argument a line."""

import ast

from . import syntax

LONG = 120


def folded(statement: str, indent: str) -> list[str]:
    """The lines of a statement at an indentation; one line where it fits."""
    if len(indent) + len(statement) <= LONG:
        return [statement]
    unit = "\t" if "\t" in indent else "    "
    parsed = syntax.module(statement).body[0]
    call = parsed.value if isinstance(parsed, ast.Assign | ast.Expr) else None
    if not isinstance(call, ast.Call) or call.end_col_offset != len(statement.encode()):
        return [statement]
    return _unfolded(statement, call, indent, unit)


def _unfolded(text: str, call: ast.Call, indent: str, unit: str) -> list[str]:
    """The call at the end of `text`, with each argument on its own line, and folded in turn."""
    arguments = [*call.args, *call.keywords]
    head = text.encode()[: call.func.end_col_offset].decode()
    if not arguments or "\n" in text:
        return [text]
    lines = [f"{head}("]
    for argument in arguments:
        lines += (f"{unit}{line}" for line in _argument(text, argument, indent + unit, unit))
    return [*lines, ")"]


def _argument(text: str, argument: ast.expr | ast.keyword, indent: str, unit: str) -> list[str]:
    source = ast.get_source_segment(text, argument) or ast.unparse(argument)
    if len(indent) + len(source) + 1 > LONG:
        name, value = (f"{argument.arg}=", argument.value) if isinstance(argument, ast.keyword) else ("", argument)
        if isinstance(value, ast.Call) and not source.startswith("*"):
            own = source.removeprefix(name)
            inner = syntax.expression(own)
            lines = _unfolded(own, inner, indent, unit) if isinstance(inner, ast.Call) else [own]
            lines = [f"{name}{lines[0]}", *lines[1:]]
            return [*lines[:-1], f"{lines[-1]},"]
    return [f"{source},"]
