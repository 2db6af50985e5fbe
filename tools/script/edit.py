"""Write a change into a person's file: the fewest bytes, by exact spans. What is not named stays as it was."""

import ast

from ...knowledge.types import Change, EditRefused, Script
from . import arguments, imports, setup
from .analyse import Unreadable, arguments_of, read
from .pipelines import Built, File, find, receiver_of
from .source import Splices


def apply(source: str, script: Script, pipeline: str, change: Change) -> str | EditRefused:
    """The whole text with `change` written into the pipeline called `pipeline`, or one sentence why not."""
    text = source
    for write in (_write_loading, _write_setup, _write_calls):
        found = _found(text, script.path, pipeline)
        if isinstance(found, EditRefused):
            return found
        file, one = found
        splices = Splices(file.source)
        try:
            write(file, splices, one, change)
        except setup.NoPlace as e:
            return EditRefused(message=str(e))
        text = splices.result()
        if not one.bound:
            pipeline = _renamed(text, script.path, pipeline, file)
    checked = read(script.path, text)
    return text if not isinstance(checked, Unreadable) else EditRefused(message=f"the edit fails: {checked.message}")


def _found(text: str, path: str, pipeline: str) -> tuple[File, Built] | EditRefused:
    parsed = read(path, text)
    if isinstance(parsed, Unreadable):
        return EditRefused(message=parsed.message)
    file = File(parsed)
    one = next((b for b in find(file) if b.name == pipeline), None)
    return (file, one) if one is not None else EditRefused(message=f"{path} has no pipeline called {pipeline}")


def _renamed(text: str, path: str, pipeline: str, before: File) -> str:
    """A pipeline without a name goes by a new one once it is bound."""
    if not isinstance(_found(text, path, pipeline), EditRefused):
        return pipeline
    return setup.fresh_name(before)


def _write_loading(file: File, splices: Splices, one: Built, change: Change) -> None:
    for name, expression in change.load_keywords.items():
        spellings = ("torch_dtype", "dtype") if name in ("torch_dtype", "dtype") else (name,)
        arguments.set_keyword(file, splices, one.call, name, expression, spellings)


def _write_setup(file: File, splices: Splices, one: Built, change: Change) -> None:
    if statements := _statements(file, splices, one, change):
        setup.insert(file, splices, one, statements)
    imports.add(file, splices, one, change.imports)


def _write_calls(file: File, splices: Splices, one: Built, change: Change) -> None:
    for call in one.calls:
        _change_call(file, splices, call, change)


def _statements(file: File, splices: Splices, one: Built, change: Change) -> list[str]:
    """Set-up statements that are not there yet; a scheduler that the script sets itself is replaced in place."""
    wanted = list(change.setup)
    if change.scheduler is not None:
        there = file.scheduler_assignments(one)
        for assignment in there:
            target = next(t for t in assignment.targets if isinstance(t, ast.Attribute))
            name = file.source.code(target.value)
            value = change.scheduler.partition(" = ")[2].replace("{pipe}", name)
            splices.replace(*file.source.span(assignment.value), value)
        if not there:
            wanted.insert(0, change.scheduler)
    name = one.name if one.bound else setup.fresh_name(file)
    written = {ast.unparse(n) for n in ast.walk(file.source.tree) if isinstance(n, ast.stmt)}
    rendered = [line.replace("{pipe}", name) for line in wanted]
    return [line for line in rendered if ast.unparse(ast.parse(line)) not in written]


def _change_call(file: File, splices: Splices, call: ast.Call, change: Change) -> None:
    wanted = dict(change.call_keywords)
    if _has_fewer_steps(file, call, wanted.get("num_inference_steps")):
        del wanted["num_inference_steps"]
    arguments.set_keywords(file, splices, call, wanted)
    receiver = receiver_of(call)
    if change.call_method is None or receiver is None:
        return
    _, end = file.source.span(receiver)
    _, func_end = file.source.span(call.func)
    splices.replace(end, func_end, f".{change.call_method}")


def _has_fewer_steps(file: File, call: ast.Call, steps: str | None) -> bool:
    """A warm-up call with two steps is not to be given twenty."""
    now = file.values.of(arguments_of(file, call).get("num_inference_steps"))
    return steps is not None and isinstance(now, int) and now < int(steps)
