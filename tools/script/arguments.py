"""Set keyword arguments of a call, in the style in which the call is written."""

import ast
import re
from collections.abc import Mapping, Sequence

from .analyse import PARAMETERS
from .pipelines import File
from .source import Splices


def set_keywords(file: File, splices: Splices, call: ast.Call, wanted: Mapping[str, str]) -> None:
    """Give every named argument its new value: where it stands, or added at the end."""
    added = {name: value for name, value in wanted.items() if not replaced(file, splices, call, name, value, (name,))}
    if not added:
        return
    unseen = [k for k in call.keywords if k.arg is None and file.values.mapping(k.value) is None]
    if unseen:
        _through_mapping(file, splices, unseen[-1], added)
    else:
        append(file, splices, call, [f"{name}={value}" for name, value in added.items()])


def set_keyword(file: File, splices: Splices, call: ast.Call, name: str, value: str, spellings: Sequence[str]) -> None:
    """The same for one keyword that goes by several spellings; the one that is there is kept."""
    if not replaced(file, splices, call, name, value, spellings):
        append(file, splices, call, [f"{name}={value}"])


def replaced(file: File, splices: Splices, call: ast.Call, name: str, value: str, spellings: Sequence[str]) -> bool:
    """Replace the value where the argument is written; False where it is not."""
    node = next((k.value for k in call.keywords if k.arg in spellings), None)
    if node is None and name in PARAMETERS and not any(isinstance(a, ast.Starred) for a in call.args):
        at = PARAMETERS.index(name)
        node = call.args[at] if at < len(call.args) else None
    if node is None:
        node = next(
            (
                mapping[name]
                for k in call.keywords
                if k.arg is None and name in (mapping := file.values.mapping(k.value) or {})
            ),
            None,
        )
    if node is None:
        return False
    if ast.unparse(node) != ast.unparse(ast.parse(value, mode="eval")):
        splices.replace(*file.source.span(node), value)
    return True


def _through_mapping(file: File, splices: Splices, keyword: ast.keyword, added: Mapping[str, str]) -> None:
    """`**options` may hold the same keys: `**{**options, "num_inference_steps": 20}`."""
    items = ", ".join(f'"{name}": {value}' for name, value in added.items())
    start, end = file.source.span(keyword.value)
    inside = file.source.code(keyword.value)
    splices.replace(start, end, f"{{**{inside}, {items}}}")


def append(file: File, splices: Splices, call: ast.Call, pieces: Sequence[str]) -> None:
    """Add arguments behind the last one: on lines of their own where the call has one argument a line."""
    source = file.source
    _, func_end = source.span(call.func)
    _, call_end = source.span(call)
    last = max([source.span(a)[1] for a in call.args] + [_keyword_end(file, k) for k in call.keywords], default=None)
    if last is None:
        opening = source.data.index(b"(", func_end) + 1
        splices.insert(opening, ", ".join(pieces))
        return
    tail = source.data[last : call_end - 1].decode("utf-8", "surrogatepass")
    indent = _own_line(file, call)
    if indent is None or not re.match(r"\s*,?[ \t]*(#[^\r\n]*)?\r?\n", tail):
        splices.insert(last, "".join(f", {p}" for p in pieces))
        return
    newline = source.newline
    head = re.match(r"([ \t]*),", tail)
    if head is None:
        splices.insert(last, ",")
    lines = [f"{newline}{indent}{p}," for p in pieces]
    if head is None:
        lines[-1] = lines[-1].rstrip(",")
    splices.insert(source.line_end(last), "".join(lines))


def _keyword_end(file: File, keyword: ast.keyword) -> int:
    return file.source.span(keyword.value)[1]


def _own_line(file: File, call: ast.Call) -> str | None:
    """The indentation of the last argument, where it begins its own line."""
    nodes = [*call.args, *call.keywords]
    last = max(nodes, key=lambda n: (n.lineno, n.col_offset))
    start, _ = file.source.span(last)
    before = file.source.data[file.source.line_start(start) : start].decode("utf-8", "replace")
    return before if before.strip() == "" else None
