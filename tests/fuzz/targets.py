"""What a fuzzer calls with bytes: each raises where a parser breaks its promise, and returns otherwise."""

import ast
import contextlib
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from random import Random

from factories import situation
from pydantic import BaseModel, ValidationError

from diffagent_mcp.agents.llm import forms as asked
from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.reading import Context, Rules
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.types import EditRefused, Plan, Script, Trace
from diffagent_mcp.tools.chat import forms
from diffagent_mcp.tools.measure import replies
from diffagent_mcp.tools.measure.live import Pictures
from diffagent_mcp.tools.measure.reading import failure_of
from diffagent_mcp.tools.measure.sampling import stages_of, trace_of
from diffagent_mcp.tools.measure.worker import wire
from diffagent_mcp.tools.script.analyse import Unreadable, analyse
from diffagent_mcp.tools.script.edit import apply
from diffagent_mcp.tools.script.notebook import Notebook, read_notebook

FORMS = (asked.PlanForm, asked.PlansForm, asked.EditsForm, asked.RepairForm, asked.ScriptForm, asked.ReadingForm)
HERE = situation()


def script(data: bytes) -> None:
    """A file that somebody opens: analysed, and a method written into it, or a sentence."""
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        _notebook(text)
    found = analyse("script.py", text)
    if isinstance(found, Unreadable):
        assert found.message
        return
    assert Script.model_validate_json(found.model_dump_json()) == found
    kind = Random(len(data)).choice(METHODS)
    for site in found.pipelines:
        here = HERE.model_copy(update={"pipeline": site})
        made = apply(text, found, site.name, change_for(Plan(steps=(kind().step(),)), here))
        assert made.message if isinstance(made, EditRefused) else parses(made)


def _notebook(text: str) -> None:
    found = read_notebook("book.ipynb", text)
    if isinstance(found, Notebook):
        assert found.filled(found.python) == found.text, "cells that are as they were are not touched"
    else:
        assert found.message


def parses(code: str) -> bool:
    """Is it Python still? The person's own may be wrong where only a compiler looks: `return` in a module."""
    ast.parse(code)
    return True


def request(data: bytes) -> None:
    """What a person writes: a request, at worst one that asks back."""
    text = data.decode("utf-8", "replace")
    found = Rules().read(text, Context())
    assert found.text == text and found.model_validate_json(found.model_dump_json()) == found
    assert found.question or found.intent not in ("unclear",)


def answer(data: bytes) -> None:
    """What a language model writes back: a filled form, or sentences that say why not."""
    form = FORMS[data[0] % len(FORMS)] if data else FORMS[0]
    found = forms.read(form, data[1:].decode("utf-8", "replace"))
    if isinstance(found, BaseModel):
        assert form.model_validate_json(found.model_dump_json()) == found
    else:
        assert found and all(found) and forms.sent_back(found).encode()


def frame(data: bytes) -> None:
    """What a candidate's process writes: a frame with a failure or pictures in it, or no frame."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _written(theirs, data)
        try:
            header, payload = wire.receive(ours, 1.0)
        except (wire.Closed, wire.Malformed):
            return
    failure = failure_of(header, payload[:4000].decode("utf-8", "replace"), 1000.0)
    assert failure.message and failure.model_validate_json(failure.model_dump_json()) == failure
    with suppress(wire.Malformed):
        replies.shape_of(header, payload, 1)
    made = Pictures(pixels=b"", shape=(1, 8, 8, 3), seconds=1.0, record=header)
    stages, trace = stages_of(made), trace_of(made)
    assert stages.total_s >= 0 and stages.model_validate_json(stages.model_dump_json()) == stages
    assert isinstance(trace, Trace) or trace.message
    assert trace.model_validate_json(trace.model_dump_json()) == trace, "what is kept can be read again"


def _written(theirs: socket.socket, data: bytes) -> None:
    """Half of them as they are, half as the header of a whole frame, so that more than lengths is tried."""
    theirs.setblocking(False)
    with contextlib.suppress(BlockingIOError, OSError):
        if data[:1] and data[0] % 2:
            theirs.sendall(len(data[1:]).to_bytes(4, "big") + (0).to_bytes(8, "big") + data[1:])
        else:
            theirs.sendall(data[1:])
    theirs.shutdown(socket.SHUT_WR)


def plan(data: bytes) -> None:
    """A plan as JSON: refused, or with sentences on what is wrong, or with code that can be written for it."""
    try:
        found = Plan.model_validate_json(data)
    except ValidationError:
        return
    hash(found)
    problems = rules.problems(found, HERE)
    assert all(p.message and p.model_dump_json() for p in problems)
    if rules.is_valid(found, HERE):
        assert not problems and change_for(found, HERE).model_dump_json()
    json.loads(found.model_dump_json())


TARGETS: dict[str, Callable[[bytes], None]] = {t.__name__: t for t in (script, request, answer, frame, plan)}
