"""Requests in words: `plan` shows how they are read and what would be tried, `generate` writes and checks a script."""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..agents import coder
from ..agents.llm.reader import ModelReader
from ..bench.stages.evaluate import mismatch_sentence
from ..bench.stages.static import compare
from ..knowledge.pipelines import CARDS, Card, card_for
from ..knowledge.reading import Context, Reader, Rules
from ..knowledge.reading.attributes import attributes_of
from ..knowledge.situation import Situation, situation_at
from ..knowledge.types import (
    Attributes,
    Candidate,
    EditRefused,
    Failure,
    Record,
    Request,
    Static,
    Task,
    Trace,
)
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.measure import interpreter
from ..tools.measure.runner import Live, Pictures
from ..tools.measure.sampling import trace_of
from ..tools.measure.start import Start
from ..tools.pictures import png
from ..tools.report.summary import cost
from ..tools.script.compose import compose
from ..tools.script.diff import unified
from .app import App
from .constrained import Expected, is_ranked_blind, put_forward
from .opening import OURS, Opened, of_text, open_script
from .place import at_hand
from .session import session

FIXED = ("pipeline_class", "model_id", "steps", "width", "height", "scheduler", "methods")
"""what a script is checked for; a ControlNet as well where there is one"""
INPUT = "input.png"


def asked(app: App) -> str | None:
    """What reading the words has cost, where a language model took part."""
    exchanges = app.ledger.exchanges if app.team.reader is not None else []
    if not exchanges:
        return None
    name = f"{'simulation: ' if exchanges[0].simulated else ''}{exchanges[0].model}"
    return f"{name}: {cost(app.ledger.spent, sum(e.reused for e in exchanges))}"


class Unanswered(Exception):
    """The words are declined or unclear; carries how they were read, with the sentence to say."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.question)
        self.request = request


class Planned(Record):
    """How the words were read, what would be tried, and the first of it written into the script."""

    request: Request
    where: str
    plans: tuple[Expected, ...] = ()
    diff: str = ""
    notes: tuple[str, ...] = ()
    next: str = ""
    measured: bool = False


class Generated(Record):
    """How the words were read, the script, and what the checks say about it."""

    request: Request
    attributes: Attributes
    code: str
    static: Static
    seconds: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def complaint(self) -> str | None:
        """What the script is not; None where it is as asked."""
        return mismatch_sentence(self.static) if self.static.mismatches else None


def reader(app: App, note: Callable[[str], None]) -> Reader:
    """Who reads words: the rules, with a language model beside them where one is set; `note` hears what it lacks."""
    chat = app.chat("reader")
    return Rules() if chat is None else ModelReader(chat, note)


def read(words: str, opened: Opened | None, reader: Reader | None = None) -> Request:
    """How the words are read beside a script. Raises Unanswered where they are declined or must be asked back."""
    steps = next((c.steps for c in opened.site.calls if c.steps), None) if opened else None
    request = (reader or Rules()).read(words, Context(steps=steps))
    if request.intent in ("unclear", "out_of_scope"):
        raise Unanswered(request)
    return request


def plan(
    app: App, words: str, path: Path | None, pipeline: str | None, seed: int = 0, reader: Reader | None = None
) -> Planned:
    """Read the words and put plans forward. Nothing is run, and nothing is measured."""
    opened = open_script(path, pipeline) if path is not None else None
    request = read(words, opened, reader)
    notes = () if opened or request.pipeline_class else (f"no model is named: planned for {CARDS[0].title}",)
    opened = opened or _plain(request)
    here = _situation(app, opened, path)
    found = Planned(request=request, where=f"{here.pipeline_class}, {here.steps} steps, {here.device.name}")
    if (other := _other_command(request, path)) is not None:
        return found.model_copy(update={"next": other})
    plans = put_forward(request, here, random.Random(seed))
    return found.model_copy(
        update={
            "plans": tuple(plans),
            "diff": _diff(opened, here, plans[0]) if plans else "",
            "notes": (*notes, *_notes(request, opened, here)),
            "next": _next(request, path, bool(plans)),
        }
    )


def _plain(request: Request) -> Opened:
    """Without a script, plans are for the plain one of the pipeline that was named, else of the first card."""
    card = _card(request) or CARDS[0]
    code = compose(attributes_of(request, card).model_copy(update={"methods": ()}))
    opened = of_text(code) if isinstance(code, str) else None
    if opened is None:
        raise UsageError(code.message if isinstance(code, EditRefused) else f"no plain script of {card.title} is known")
    return opened


def _situation(app: App, opened: Opened, path: Path | None) -> Situation:
    """The static one: the device as far as it shows without torch, the libraries of the project."""
    python = interpreter.choose(path or Path.cwd() / OURS, app.settings.python)
    _, libraries = interpreter.versions(python)
    return situation_at(opened.site, at_hand(app), libraries)


def _notes(request: Request, opened: Opened, here: Situation) -> list[str]:
    """What the words say and the plans do not."""
    notes: list[str] = []
    wished = any(s.method == "sampler" for s in request.required)
    if request.steps is not None and request.steps != here.steps and not wished:
        notes.append(
            f"{request.steps} steps are mentioned; the script runs {here.steps}, and that is what plans start from"
        )
    if request.pipeline_class is not None and request.pipeline_class != here.pipeline_class:
        notes.append(f"{request.pipeline_class} is mentioned; the script builds {here.pipeline_class}")
    if is_ranked_blind(request):
        notes.append("how long an image takes now is not known without measuring, so plans are ranked for 2x")
    wishes = (("a kept scheduler", request.keep_scheduler), ("required methods", bool(request.required)))
    if untold := [name for name, is_said in (*wishes, ("unchanged pictures", request.lossless)) if is_said]:
        notes.append(f"optimize has no option yet for {' and '.join(untold)}; the plans here keep to it")
    if request.intent == "fit_memory":
        notes.append("only half precision is known to save memory; how much is known when it is measured")
    return notes


def _other_command(request: Request, path: Path | None) -> str | None:
    """What to call instead, where the words do not ask for a plan."""
    if request.intent == "profile":
        return f"diffagent-mcp profile {path or 'FILE'} measures where the seconds and the memory go"
    if request.intent == "generate" and path is None:
        return "diffagent-mcp generate writes this script"
    return None


def _next(request: Request, path: Path | None, any_plan: bool) -> str:
    file = path or "FILE"
    if not any_plan:
        return f"no method is left that fits here; diffagent-mcp doctor {file} says why for each"
    target = f" --speedup {request.speedup:g}" if request.speedup else ""
    target = f" --latency {request.latency_s:g}s" if request.latency_s else target
    loss = f" --max-loss {request.max_loss:g}" if request.max_loss is not None else ""
    only = f" --methods {','.join(request.allowed)}" if request.allowed else ""
    without = [*request.forbidden, *(("sampler",) if request.keep_steps else ())]
    left_out = f" --without {','.join(dict.fromkeys(without))}" if without else ""
    return f"diffagent-mcp optimize {file}{target}{loss}{only}{left_out} measures and proves it"


def _diff(opened: Opened, here: Situation, first: Expected) -> str:
    written = coder.write(first.plan, opened.file.text, opened.script, here)
    return unified(opened.file.text, written.code, opened.file.path.name) if isinstance(written, Candidate) else ""


def _card(request: Request) -> Card | None:
    return card_for(request.pipeline_class, request.model_id) if request.pipeline_class else None


def generate(words: str, reader: Reader | None = None) -> Generated:
    """Read the words, write the script, and read it back. Raises UsageError where there is no such script."""
    request = read(words, None, reader)
    if (card := _card(request)) is None:
        known = ", ".join(dict.fromkeys(c.title for c in CARDS))
        raise Unanswered(
            request.model_copy(update={"question": f"Which model should the script use? Known are {known}."})
        )
    attributes = attributes_of(request, card)
    code = compose(attributes, request.prompt)
    if isinstance(code, EditRefused):
        raise UsageError(f"this script cannot be written: {code.message}")
    code = _seeded(code, request.seed)
    return Generated(
        request=request,
        attributes=attributes,
        code=code,
        static=compare(_task(words, attributes), code),
        notes=tuple(_left_out(request, code)),
    )


def _seeded(code: str, seed: int | None) -> str:
    """The plain scripts draw from seed 0; another is no attribute, so it is put in its place."""
    return code if seed is None else code.replace("manual_seed(0)", f"manual_seed({seed})")


def _left_out(request: Request, code: str) -> list[str]:
    """What was said and is not in the script."""
    notes: list[str] = []
    if request.seed is not None and f"manual_seed({request.seed})" not in code:
        notes.append(f"the seed {request.seed} is not written into the script")
    if request.speedup or request.latency_s:
        notes.append("the speed that you ask for is not measured here; diffagent-mcp optimize does that")
    return notes


def _task(words: str, attributes: Attributes) -> Task:
    """The words as a task, so that a script is checked as the benchmark's first stage checks one."""
    fixed = (*FIXED, "controlnet_id") if attributes.controlnet_id else FIXED
    return Task(id="words", level=3, request=words, attributes=attributes, fixed=fixed, reference="", phrasing="own")


def run(app: App, made: Generated) -> Generated | Failure:
    """Make one picture with the script through the runner, on the models at hand, and compare the live pipeline."""
    with tempfile.TemporaryDirectory(prefix="diffagent-") as folder:
        path = Path(folder) / OURS
        textfile.write(path, made.code)
        width, height = made.attributes.width, made.attributes.height
        (path.parent / INPUT).write_bytes(png(_chequered(width, height), height, width))
        with session(app, open_script(path, None), Start(), None, lambda _: None) as one:
            live = one.runner.start(one.judge.subject.job(made.code), path, one.app.limits)
            return _one_picture(live, made) if isinstance(live, Live) else live


def _one_picture(live: Live, made: Generated) -> Generated | Failure:
    labels = [1] if made.request.mode == "class2img" else []
    try:
        pictures = live.pictures([made.request.prompt or "a red circle"], [made.request.seed or 0], labels, deep=True)
        if not isinstance(pictures, Pictures):
            return pictures
        trace = trace_of(pictures)
        if not isinstance(trace, Trace):
            return trace
        static = compare(_task(made.request.text, made.attributes), made.code, trace)
        return made.model_copy(update={"static": static, "seconds": pictures.seconds})
    finally:
        live.close()


def _chequered(width: int, height: int) -> bytes:
    """A picture for scripts that read one, with edges that canny finds."""
    light, dark = b"\xff\xff\xff" * width, b"\xc8\x28\x28" * width
    return b"".join(light if y // 64 % 2 else dark for y in range(height))
