"""Give a pipeline another scheduler so that every call meets it, whatever the script itself sets."""

import ast
from collections.abc import Iterator

from . import setup, syntax
from .built import Built
from .file import File
from .follow import Setting, is_pipeline, scheduler_assignments
from .setup import NoPlace
from .source import Splices

_INNER = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_LOOP = ast.For | ast.AsyncFor | ast.While
_Level = tuple[list[ast.stmt], int]


def write(file: File, splices: Splices, one: Built, statement: str) -> list[ast.stmt]:
    """Exchange or follow what the script sets; the places are returned where the statement is still to be written."""
    there = scheduler_assignments(file, one)
    regions = setup.regions(file, one) if one.bound else {one.holder: list[ast.stmt]()}
    inside = {place: [s for s in there if _within(file, s, region)] for place, region in regions.items()}
    covered = {id(s) for held in inside.values() for s in held}
    outside = [s for s in there if id(s) not in covered]
    for setting in outside:
        if not _exchange(file, splices, one, setting, statement):
            _follow(file, splices, setting, statement)
    if any(_certain(file, one, s) for s in outside):
        return []
    return [
        place
        for place, held in inside.items()
        if not held
        or not any(held[-1].statement is s for s in regions[place])
        or not _exchange(file, splices, one, held[-1], statement)
    ]


def refuse_odd_places(file: File, one: Built) -> None:
    """Raise NoPlace where the script sets the scheduler in a place behind which no statement can stand."""
    around = {id(a) for b in one.builds for a in file.ancestors(b.call)}
    for setting in scheduler_assignments(file, one):
        statement, line = setting.statement, setting.statement.lineno
        loops = [a for a in (statement, *file.ancestors(statement)) if isinstance(a, _LOOP)]
        if file.function(statement) is file.function(one.call) and any(id(a) not in around for a in loops):
            raise NoPlace(f"the script sets the scheduler again in a loop at line {line}; set it once, before")
        nested = any(isinstance(a, _INNER) for a in _between(file, setting.owner, statement))
        if nested or not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
            raise NoPlace(f"the scheduler is set inside another expression at line {line}; give that a line of its own")


def _between(file: File, node: ast.AST, statement: ast.stmt) -> Iterator[ast.AST]:
    for around in file.ancestors(node):
        if around is statement:
            return
        yield around


def _within(file: File, setting: Setting, region: list[ast.stmt]) -> bool:
    """Does it stand among these statements, and run when they do?"""
    around = (setting.statement, *file.ancestors(setting.statement))
    found = next((s for s in region if any(s is a for a in around)), None)
    return found is not None and file.function(found) is file.function(setting.statement)


def _value(setting: Setting, statement: str) -> str:
    return statement.partition(" = ")[2].replace("{pipe}", ast.unparse(setting.owner))


def _exchange(file: File, splices: Splices, one: Built, setting: Setting, statement: str) -> bool:
    """Write our value in place of theirs, where theirs says nothing but the scheduler's class."""
    value = _value(setting, statement)
    if setting.direct and ast.unparse(setting.value) == ast.unparse(syntax.module(value)):
        return True
    if not setting.direct or not _says_only_its_class(file, one, setting):
        return False
    splices.replace(*file.source.span(setting.value), value)
    return True


def _says_only_its_class(file: File, one: Built, setting: Setting) -> bool:
    """`X.from_config(pipe.scheduler.config)`, or `X.from_pretrained(the same model, subfolder="scheduler")`."""
    if isinstance(setting.statement, ast.Assign) and len(setting.statement.targets) > 1:
        return False
    match setting.value:
        case ast.Call(
            func=ast.Attribute(attr="from_config", value=cls),
            args=[ast.Attribute(attr="config", value=ast.Attribute(attr="scheduler", value=owner))],
            keywords=[],
        ):
            return file.origin(cls) != "" and is_pipeline(file, one, owner)
        case ast.Call(
            func=ast.Attribute(attr="from_pretrained", value=cls),
            args=[model],
            keywords=[ast.keyword(arg="subfolder", value=ast.Constant(value="scheduler"))],
        ):
            return file.origin(cls) != "" and all(_same(file, model, b.call) for b in one.builds)
        case _:
            return False


def _same(file: File, model: ast.expr, build: ast.Call) -> bool:
    named = (k.value for k in build.keywords if k.arg == "pretrained_model_name_or_path")
    other = build.args[0] if build.args else next(named, None)
    if other is None:
        return False
    known = file.values.of(model)
    return ast.unparse(model) == ast.unparse(other) or (isinstance(known, str) and known == file.values.of(other))


def _follow(file: File, splices: Splices, setting: Setting, statement: str) -> None:
    """Set ours right behind theirs, once: ours is made from it, so what they configured stays."""
    ours = statement.replace("{pipe}", ast.unparse(setting.owner))
    block = file.block(setting.statement)
    behind = block[block.index(setting.statement) + 1 :][:1]
    if not any(ast.unparse(s) == ast.unparse(syntax.module(ours)) for s in behind):
        setup.after(file, splices, setting.statement, [ours])


def _certain(file: File, one: Built, setting: Setting) -> bool:
    """Does no call come before it, whichever way the script goes?"""
    levels = list(_levels(file, setting.statement))
    return _before_every_call(file, one, levels) or _behind_every_build(file, one, levels)


def _levels(file: File, statement: ast.stmt) -> Iterator[_Level]:
    """Where it stands, from the inside, out of all blocks that run whenever what is around them does."""
    while True:
        block = file.block(statement)
        yield block, block.index(statement)
        around = file.parents[statement]
        guard = isinstance(around, ast.If) and "__name__" in ast.unparse(around.test) and statement in around.body
        opened = isinstance(around, ast.With | ast.AsyncWith) and not any(
            "suppress" in ast.unparse(i.context_expr) for i in around.items
        )
        if not isinstance(around, ast.stmt) or not (guard or opened):
            return
        statement = around


def _index(file: File, block: list[ast.stmt], node: ast.AST) -> int | None:
    """Which statement of the block holds the node."""
    around = (node, *file.ancestors(node))
    return next((n for n, s in enumerate(block) if any(s is a for a in around)), None)


def _before_every_call(file: File, one: Built, levels: list[_Level]) -> bool:
    def behind(node: ast.AST) -> bool:
        return any((at := _index(file, block, node)) is not None and at > n for block, n in levels)

    again = any(_makes_again(file, one, s) for block, n in levels for s in block[n + 1 :])
    return bool(one.calls) and not again and all(behind(c) for c in one.calls)


def _makes_again(file: File, one: Built, statement: ast.stmt) -> bool:
    """Is one of the pipeline's names given another pipeline there?"""
    return any(
        isinstance(n, ast.Assign)
        and any(isinstance(t, ast.Name | ast.Attribute) and is_pipeline(file, one, t) for t in n.targets)
        and (any(n is b.holder for b in one.builds) or not is_pipeline(file, one, n.value))
        for n in ast.walk(statement)
    )


def _behind_every_build(file: File, one: Built, levels: list[_Level]) -> bool:
    elsewhere = any(file.function(c) is not file.function(one.call) for c in one.calls)
    for build in one.builds:
        at = next((n for n, (block, _) in enumerate(levels) if _index(file, block, build.holder) is not None), None)
        if at is None:
            return False
        first = _index(file, levels[at][0], build.holder) or 0
        passed = [*levels[at][0][first : levels[at][1]], *(s for block, n in levels[:at] for s in block[:n])]
        if not passed or any(setup.is_called(one, s) or (elsewhere and setup.calls_own(file, s)) for s in passed):
            return False
    return True
