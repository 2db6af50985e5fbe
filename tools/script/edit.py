"""Write a change into a person's file: the fewest bytes, by exact spans. What is not named stays as it was."""

import ast
from collections.abc import Sequence

from ...knowledge.types import Change, EditRefused, Maker, Script
from . import arguments, definitions, imports, schedulers, setup
from .analyse import Unreadable, read
from .built import Built
from .file import File
from .follow import receiver_of
from .given import arguments_of
from .pipelines import find
from .setup import NoPlace
from .source import Source, Splices


def apply(source: str, script: Script, pipeline: str, change: Change) -> str | EditRefused:
    """The whole text with `change` written into the pipeline called `pipeline`, or one sentence why not."""
    try:
        file = _file(source, script.path, script.elsewhere)
        one = _find(file, pipeline)
        _check(file, one, change)
        text = _written(file, one, change)
        _source(text, script.path)
    except NoPlace as e:
        return EditRefused(message=str(e))
    except RecursionError:
        return EditRefused(message=f"{script.path}: nested too deeply to be edited")
    return text


def _written(file: File, one: Built, change: Change) -> str:
    """All at once; where the pipeline is given its first name, what comes before and after is written by itself."""
    splices = Splices(file.source)
    for write in (_write_loading, _write_setup, _write_calls):
        name = write(file, splices, one, change)
        if not one.bound and splices.edits and write is not _write_calls:
            file = _file(splices.result(), "the script", tuple(file.makers.values()))
            one, splices = _find(file, name), Splices(file.source)
    return splices.result()


def _source(text: str, path: str) -> Source:
    parsed = read(path, text)
    if isinstance(parsed, Unreadable):
        raise NoPlace(f"the change does not fit into {parsed.message}")
    return parsed


def _file(text: str, path: str, elsewhere: Sequence[Maker]) -> File:
    return File(_source(text, path), {m.name: m for m in elsewhere})


def _find(file: File, name: str) -> Built:
    one = next((b for b in find(file) if b.name == name), None)
    if one is None:
        raise NoPlace(f"the script has no pipeline called {name}")
    return one


def _check(file: File, one: Built, change: Change) -> None:
    """Refuse before anything is written, so that lines in sentences are the script's own."""
    if (change.setup or change.scheduler) and not one.bound:
        setup.check_hoisting(file, one)
    if not one.calls and (change.call_keywords or change.call_method):
        raise NoPlace(f"no call of {one.name} can be seen in the script's text, so its arguments cannot be set")
    for call in one.calls if change.call_keywords else ():
        arguments.refuse_odd_places(file, call, change.call_keywords, one)
    for build in one.builds if change.load_keywords else ():
        arguments.refuse_odd_places(file, build.call, change.load_keywords)
        _check_loader(build.call, one, change)
    if change.scheduler:
        schedulers.refuse_odd_places(file, one)
    imports.refuse_shadowed(file, one, change.imports)
    definitions.refuse_taken(file, one, change.definitions)


def _check_loader(call: ast.Call, one: Built, change: Change) -> None:
    """Only what loads a model from files takes the keywords of loading."""
    loader = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if loader not in ("from_pretrained", "from_single_file"):
        wanted, kind = " and ".join(change.load_keywords), "from_pipe" if loader == "from_pipe" else one.pipeline_class
        kind = one.maker.name if one.maker is not None else kind
        raise NoPlace(
            f"the pipeline at line {call.lineno} is built by {kind}(...), which takes no {wanted}; "
            "give it where the model is loaded"
        )


def _write_loading(file: File, splices: Splices, one: Built, change: Change) -> str:
    for name, expression in change.load_keywords.items():
        spellings = ("torch_dtype", "dtype") if name in ("torch_dtype", "dtype") else (name,)
        for build in one.builds:
            arguments.set_keywords(file, splices, build.call, {name: expression}, spellings)
    return one.name


def _write_setup(file: File, splices: Splices, one: Built, change: Change) -> str:
    lacking = schedulers.write(file, splices, one, change.scheduler) if change.scheduler is not None else []
    if change.setup or lacking:
        setup.insert(file, splices, one, change.setup, change.scheduler, lacking)
    imports.add(file, splices, one, change.imports, definitions.names_used(change.definitions))
    definitions.add(file, splices, one, change.definitions)
    return setup.fresh_name(file) if (change.setup or lacking) and not one.bound else one.name


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
