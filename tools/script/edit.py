"""Write a change into a person's file: the fewest bytes, by exact spans. What is not named stays as it was."""

import ast

from ...knowledge.types import Change, EditRefused, Script
from . import arguments, imports, setup
from .analyse import Unreadable, arguments_of, read
from .built import Built
from .file import File
from .follow import receiver_of, scheduler_assignments, sets_scheduler
from .pipelines import find
from .setup import NoPlace
from .source import Splices


def apply(source: str, script: Script, pipeline: str, change: Change) -> str | EditRefused:
    """The whole text with `change` written into the pipeline called `pipeline`, or one sentence why not."""
    text = source
    try:
        for write in (_check, _write_loading, _write_setup, _write_calls):
            file = _file(text, script.path)
            one = next((b for b in find(file) if b.name == pipeline), None)
            if one is None:
                raise NoPlace(f"{script.path} has no pipeline called {pipeline}")
            splices = Splices(file.source)
            pipeline = write(file, splices, one, change)
            text = splices.result()
        _file(text, script.path)
    except NoPlace as e:
        return EditRefused(message=str(e))
    except RecursionError:
        return EditRefused(message=f"{script.path}: nested too deeply to be edited")
    return text


def _file(text: str, path: str) -> File:
    parsed = read(path, text)
    if isinstance(parsed, Unreadable):
        raise NoPlace(f"the change does not fit into {parsed.message}")
    return File(parsed)


def _check(file: File, splices: Splices, one: Built, change: Change) -> str:
    """Refuse before anything is written, so that lines in sentences are the script's own."""
    if (change.setup or change.scheduler) and not one.bound:
        setup.check_hoisting(file, one)
    if not one.calls and (change.call_keywords or change.call_method):
        raise NoPlace(f"no call of {one.name} can be seen in the script's text, so its arguments cannot be set")
    for call in one.calls if change.call_keywords else ():
        arguments.refuse_odd_places(file, call, one)
    for build in one.builds if change.load_keywords else ():
        arguments.refuse_odd_places(file, build.call)
    return one.name


def _write_loading(file: File, splices: Splices, one: Built, change: Change) -> str:
    for name, expression in change.load_keywords.items():
        spellings = ("torch_dtype", "dtype") if name in ("torch_dtype", "dtype") else (name,)
        for build in one.builds:
            arguments.set_keywords(file, splices, build.call, {name: expression}, spellings)
    return one.name


def _write_setup(file: File, splices: Splices, one: Built, change: Change) -> str:
    wanted = list(change.setup)
    if change.scheduler is not None and not _replace_scheduler(file, splices, one, change.scheduler):
        wanted.insert(0, change.scheduler)
    if wanted:
        setup.insert(file, splices, one, wanted)
    imports.add(file, splices, one, change.imports)
    return setup.fresh_name(file) if wanted and not one.bound else one.name


def _replace_scheduler(file: File, splices: Splices, one: Built, statement: str) -> bool:
    """Replace the scheduler where the script sets one; False where it may end up without it all the same."""
    there = scheduler_assignments(file, one)
    certain = [a for a in there if not _conditional(file, one, a)]
    here = file.function(one.call)
    for assignment in there:
        if assignment in certain or file.function(assignment) is not here:
            target = next(t for t in assignment.targets if sets_scheduler(file, one, t))
            name = file.source.code(target).rpartition(".")[0].rstrip()
            value = statement.partition(" = ")[2].replace("{pipe}", name)
            if ast.unparse(assignment.value) != ast.unparse(ast.parse(value)):
                splices.replace(*file.source.span(assignment.value), value)
    spots = [file.block(s) for s in setup.places(file, one)] if one.bound else []
    held = all(any(a in block for a in certain) for block in spots)
    return bool(certain) and (held or any(all(a not in block for block in spots) for a in certain))


def _conditional(file: File, one: Built, assignment: ast.Assign) -> bool:
    """Does it stand under an `if`, loop or `except` under which the pipeline is not built?"""
    around = {id(a) for b in one.builds for a in file.ancestors(b.call)}
    branches = [
        a for a in file.ancestors(assignment) if isinstance(a, ast.If | ast.For | ast.While | ast.ExceptHandler)
    ]
    return any(id(a) not in around and "__name__" not in ast.unparse(a).partition("\n")[0] for a in branches)


def _write_calls(file: File, splices: Splices, one: Built, change: Change) -> str:
    for call in one.calls:
        _change_call(file, splices, one, call, change)
    return one.name


def _change_call(file: File, splices: Splices, one: Built, call: ast.Call, change: Change) -> None:
    wanted = dict(change.call_keywords)
    if _has_fewer_steps(file, one, call, wanted.get("num_inference_steps")):
        del wanted["num_inference_steps"]
    arguments.set_keywords(file, splices, call, wanted, of=one)
    receiver = receiver_of(call)
    if change.call_method is None or receiver is None:
        return
    _, end = file.source.span(receiver)
    _, func_end = file.source.span(call.func)
    splices.replace(end, func_end, f".{change.call_method}")


def _has_fewer_steps(file: File, one: Built, call: ast.Call, steps: str | None) -> bool:
    """A warm-up call with two steps is not to be given twenty."""
    now = file.values.of(arguments_of(file, one, call).get("num_inference_steps"))
    return steps is not None and isinstance(now, int) and now < int(steps)
