"""Set keyword arguments of a call, in the style in which the call is written."""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence

from . import syntax
from .built import Built
from .file import File
from .given import parameters_of
from .setup import NoPlace
from .source import Splices

_LONG = 120
_LOOSE = ast.BoolOp | ast.IfExp | ast.Lambda | ast.Compare | ast.NamedExpr | ast.Await
"""what a call takes behind `**` without parentheses, and a dict does not"""
_CLOSING = re.compile(rb"(?:\s|\\\r?\n|#[^\r\n]*)*\)")
_OPENING = re.compile(rb"(?:\s|\\\r?\n|#[^\r\n]*|\))*\(")
_LINE_ENDS = re.compile(r"\s*,?[ \t]*(#[^\r\n]*)?\r?\n")


def set_keywords(
    file: File,
    splices: Splices,
    call: ast.Call,
    wanted: Mapping[str, str],
    spellings: Sequence[str] = (),
    of: Built | None = None,
) -> None:
    """Give every named argument its new value: where it stands, or added at the end.

    `spellings` are other names of the same keyword; the one that is there is kept. `of` is the pipeline that is
    called, whose positional parameters are known.
    """
    added: dict[str, str] = {}
    for name, value in wanted.items():
        node = _written(file, call, spellings or (name,), of)
        if node is None:
            added[name] = value
        elif ast.unparse(node) != ast.unparse(syntax.expression(value)):
            splices.replace(*file.source.span(node), value)
    if not added:
        return
    starred = [k for k in call.keywords if k.arg is None]
    unseen = [k for k in starred if file.values.mapping(k.value) is None or not _is_own(file, k.value, of)]
    if len(unseen) > 1:
        _through_mappings(file, splices, call, unseen, added)
    elif unseen:
        _through_mapping(file, splices, unseen[-1], added)
    else:
        _append(file, splices, call, [f"{name}={value}" for name, value in added.items()])


def refuse_odd_places(file: File, call: ast.Call, wanted: Iterable[str], of: Built | None = None) -> None:
    """Raise NoPlace where a keyword cannot be added to a call safely."""
    if any(isinstance(a, ast.Starred) for a in call.args) and not _is_free(call, wanted, of):
        raise NoPlace(f"the call at line {call.lineno} passes arguments by *; name them first")
    if any(isinstance(a, ast.JoinedStr) for a in file.ancestors(call)):
        raise NoPlace(f"the call at line {call.lineno} stands inside an f-string; bind its result to a name first")
    if any(isinstance(a, ast.GeneratorExp) and file.source.span(a)[1] == file.source.span(call)[1] for a in call.args):
        raise NoPlace(f"the call at line {call.lineno} is given a bare generator; make it a list first")
    if of is not None and len(call.args) > 1 and len(parameters_of(of)) == 1:
        raise NoPlace(
            f"the call at line {call.lineno} passes arguments to {of.pipeline_class} by position; name them first"
        )


def _is_free(call: ast.Call, wanted: Iterable[str], of: Built | None) -> bool:
    """May these keywords stand behind `*arguments`: named already, or beyond as many as can be counted?"""
    parameters = parameters_of(of) if of is not None else ()
    given = 0
    for argument in call.args:
        value = argument.value if isinstance(argument, ast.Starred) else None
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [argument]
        if any(isinstance(p, ast.Starred) for p in parts):
            given = len(parameters)
        given += len(parts)
    named = {k.arg for k in call.keywords}
    return all(w in named or (w in parameters and parameters.index(w) >= given) for w in wanted)


def _written(file: File, call: ast.Call, names: Sequence[str], of: Built | None) -> ast.expr | None:
    """Where the value of an argument is written: as a keyword, by position, in a dict literal behind `**`."""
    for keyword in call.keywords:
        if keyword.arg in names:
            return keyword.value
    parameters = parameters_of(of) if of is not None else ()
    at = next((parameters.index(n) for n in names if n in parameters), None)
    if at is not None and at < len(call.args) and not any(isinstance(a, ast.Starred) for a in call.args[: at + 1]):
        return call.args[at]
    for keyword in call.keywords:
        if keyword.arg is None and (isinstance(keyword.value, ast.Dict) or _is_own(file, keyword.value, of)):
            mapping = file.values.visible(keyword.value)
            found = next((mapping[n] for n in names if n in mapping), None)
            if found is not None:
                return found
    return None


def _is_own(file: File, node: ast.expr, of: Built | None) -> bool:
    """Does nothing but the pipeline's own calls read the `options` behind `**`?"""
    mine = {id(n) for c in (of.calls if of is not None else ()) for k in c.keywords for n in ast.walk(k.value)}
    reads = (n for n in file.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return not isinstance(node, ast.Name) or all(n.id != node.id or n is node or id(n) in mine for n in reads)


def _through_mapping(file: File, splices: Splices, keyword: ast.keyword, added: Mapping[str, str]) -> None:
    """`**options` may hold the same keys: `**{**options, "num_inference_steps": 20}`."""
    items = ", ".join(f'"{name}": {value}' for name, value in added.items())
    inside = _spread(file, keyword)
    start, end = file.source.span(keyword.value)
    if isinstance(keyword.value, ast.Dict) and inside.rstrip("} \t").rstrip().endswith(","):
        splices.insert(end - 1, items)
    elif isinstance(keyword.value, ast.Dict) and keyword.value.keys:
        splices.insert(end - 1, f", {items}")
    else:
        splices.replace(start, end, f"{{**{inside}, {items}}}")


def _spread(file: File, keyword: ast.keyword) -> str:
    """The mapping as it may stand behind `**` in a dict: `(a or b)`, where a call takes `a or b` too."""
    code = file.source.code(keyword.value)
    return f"({code})" if isinstance(keyword.value, _LOOSE) else code


def _through_mappings(
    file: File, splices: Splices, call: ast.Call, unseen: Sequence[ast.keyword], added: Mapping[str, str]
) -> None:
    """Any of several mappings may hold the same keys: `**{**some, **others, "num_inference_steps": 20}`."""
    start, end = file.source.span(unseen[0])[0], file.source.span(unseen[-1])[1]
    between = [a for a in (*call.args, *call.keywords) if start <= file.source.span(a)[0] < end]
    if len(between) > len(unseen):
        raise NoPlace(f"the call at line {call.lineno} has other arguments between its **mappings; put those last")
    items = ", ".join(f'"{name}": {value}' for name, value in added.items())
    splices.insert(start, "**{")
    for keyword in unseen:
        first, last = file.source.span(keyword.value)
        bare = file.source.span(keyword)[1] == last and isinstance(keyword.value, _LOOSE)
        if bare:
            splices.insert(first, "(")
            splices.insert(last, ")")
    splices.insert(end, f", {items}}}")


def _append(file: File, splices: Splices, call: ast.Call, pieces: Sequence[str]) -> None:
    """Add arguments behind the last one: on lines of their own where the call has one argument a line."""
    source = file.source
    _, call_end = source.span(call)
    arguments = sorted([*call.args, *call.keywords], key=lambda a: (a.lineno, a.col_offset))
    if not arguments:
        splices.insert(_inside(file, call), ", ".join(pieces))
        return
    last = _end(file, call, arguments[-1])
    tail = source.data[last : call_end - 1].decode("utf-8", "surrogatepass")
    indent = _own_line(file, last - 1) if source.data[last - 1 : last] == b")" else None
    indent = indent if indent is not None else _own_line(file, source.span(arguments[-1])[0])
    if indent is not None and _LINE_ENDS.match(tail):
        comma = re.match(r"[ \t]*,", tail) is not None
        if not comma:
            splices.insert(last, ",")
        added = f",{source.newline}{indent}".join(pieces) + ("," if comma else "")
        splices.insert(source.line_end(last), f"{source.newline}{indent}{added}")
    elif not _unfold(file, splices, call, arguments, pieces) and not _split(file, splices, call, arguments, pieces):
        splices.insert(last, "".join(f", {p}" for p in pieces))


def _inside(file: File, call: ast.Call) -> int:
    """The byte after the parenthesis that opens the arguments: comments and other parentheses may stand before it."""
    end = file.source.span(call.func)[1]
    opening = _OPENING.match(file.source.data, end)
    return opening.end() if opening is not None else end


def _end(file: File, call: ast.Call, argument: ast.expr | ast.keyword) -> int:
    """The byte after an argument and the parentheses around it: spans of expressions leave those out."""
    end, stop = file.source.span(argument)[1], file.source.span(call)[1] - 1
    while end < stop and (closing := _CLOSING.match(file.source.data, end, stop)) is not None:
        end = closing.end()
    return end


def _own_line(file: File, start: int) -> str | None:
    """The indentation of what begins at `start`, where it begins its own line."""
    before = file.source.data[file.source.line_start(start) : start].decode("utf-8", "replace")
    return before if before.strip() == "" else None


def _unfold(
    file: File, splices: Splices, call: ast.Call, arguments: Sequence[ast.expr | ast.keyword], pieces: Sequence[str]
) -> bool:
    """Give each argument a line of its own where the call's one line would get too long; False where it would not."""
    source = file.source
    statement = file.statement(call)
    indent = source.indent(statement)
    start, end = source.span(call)
    line = source.data[source.line_start(start) : source.line_end(start)].decode("utf-8", "replace")
    longer = len(line) + sum(len(p) + 2 for p in pieces)
    if indent is None or call.lineno != call.end_lineno or statement.lineno != call.lineno or longer <= _LONG:
        return False
    ends = [_end(file, call, a) for a in arguments]
    starts = [source.span(a)[0] for a in arguments]
    gaps = [(_inside(file, call), starts[0]), *zip(ends, starts[1:], strict=False)]
    closing = source.data[ends[-1] : end - 1]
    plain = all(source.data[a:b].strip() in (b"", b",") for a, b in gaps) and closing.strip() in (b"", b",")
    if not plain:
        return False
    unit = "\t" if "\t" in indent else "  " if len(indent) % 4 == 2 else "    "
    inner = f"{source.newline}{indent}{unit}"
    for n, (begin, stop) in enumerate(gaps):
        splices.replace(begin, stop, inner if n == 0 else f",{inner}")
    splices.replace(ends[-1], end - 1, "".join(f",{inner}{p}" for p in pieces) + f",{source.newline}{indent}")
    return True


def _split(
    file: File, splices: Splices, call: ast.Call, arguments: Sequence[ast.expr | ast.keyword], pieces: Sequence[str]
) -> bool:
    """The same where all arguments share one line of their own, as formatters lay them out first."""
    source = file.source
    starts, ends = [source.span(a)[0] for a in arguments], [_end(file, call, a) for a in arguments]
    indent = _own_line(file, starts[0])
    tail = source.data[ends[-1] : source.span(call)[1] - 1].decode("utf-8", "surrogatepass")
    longer = ends[-1] - source.line_start(starts[0]) + sum(len(p) + 2 for p in pieces)
    if indent is None or longer <= _LONG or arguments[0].lineno != arguments[-1].end_lineno or "\n" not in tail:
        return False
    gaps = list(zip(ends, starts[1:], strict=False))
    if tail.strip() not in ("", ",") or any(source.data[a:b].strip() != b"," for a, b in gaps):
        return False
    inner = f",{source.newline}{indent}"
    for begin, stop in gaps:
        splices.replace(begin, stop, inner)
    splices.replace(ends[-1], source.line_end(ends[-1]), "".join(f"{inner}{p}" for p in pieces) + ",")
    return True
