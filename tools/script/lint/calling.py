"""How a pipeline is called: steps, keywords, callbacks."""

import ast
import re
from collections.abc import Iterator

from ....knowledge.diagnostics import DISTILLED, ENOUGH, FAR_ABOVE
from ....knowledge.keywords import swallowed
from ....knowledge.pipelines import any_card_for
from ....knowledge.signatures import signature_of
from ....knowledge.types import Diagnostic
from ..file import File
from .seen import Fix, Seen, finding, instead, keyword_of, without_argument

_CALLBACKS = ("callback_on_step_end", "callback_on_step_end_tensor_inputs")
_LINE = re.compile(r"^line \d+: ")


def calling(seen: Seen) -> Iterator[Diagnostic]:
    """Everything that is wrong with its calls."""
    yield from _steps(seen)
    yield from _ignored(seen)
    yield from _fights(seen)


def _steps(seen: Seen) -> Iterator[Diagnostic]:
    few = next((h for h in seen.site.hazards if h.slug == "few_steps"), None)
    card = any_card_for(seen.pipeline_class, seen.site.model_id)
    sampler = seen.site.scheduler or (card.scheduler if card else None)
    enough = DISTILLED if few else ENOUGH.get(sampler or "")
    for _, said, given in seen.calls:
        node = given.get("num_inference_steps")
        if node is None or said.steps is None or enough is None or said.steps <= FAR_ABOVE * enough:
            continue
        why = "this checkpoint is distilled for few steps" if few else f"{sampler} has nearly converged at {enough}"
        literal = isinstance(node, ast.Constant)
        fix = Fix(f"take {enough} steps", (instead(seen.source, node, str(enough)),)) if literal else None
        yield finding(seen.source, "too-many-steps", node, f"{said.steps} steps are far more than it needs: {why}", fix)


def _ignored(seen: Seen) -> Iterator[Diagnostic]:
    name, takes = seen.pipeline_class, signature_of(seen.pipeline_class)
    for call, said, _ in seen.calls:
        if said.method != "__call__":
            continue
        for keyword in call.keywords:
            if keyword.arg is None or not swallowed(name, keyword.arg):
                continue
            is_callback = keyword.arg in _CALLBACKS and not takes.callback
            fix = Fix(f"take {keyword.arg} out", (without_argument(seen.source, call, keyword),))
            said_of = f"{name} ignores {keyword.arg}, in silence"
            sentence = f"{said_of}: it is never called" if is_callback else f"{said_of}: it does not know this keyword"
            code = "ignored-callback" if is_callback else "swallowed-keyword"
            yield finding(seen.source, code, keyword, sentence, fix)


def _fights(seen: Seen) -> Iterator[Diagnostic]:
    """Settings that work against each other; the sentences are those of the hazards."""
    for hazard in seen.site.hazards:
        if hazard.slug != "fight" or not hazard.sentence.startswith(f"line {hazard.line}: "):
            continue  # of another file
        sentence = _LINE.sub("", hazard.sentence)
        call = next((c for c in seen.one.calls if c.lineno == hazard.line), None)
        negative = keyword_of(call, "negative_prompt") if call is not None else None
        if negative is not None and "negative_prompt" in sentence:
            yield finding(seen.source, "negative-prompt-unread", negative, sentence)
        elif (node := _at(seen.file, hazard.line)) is not None:
            yield finding(seen.source, "clash", node, sentence)


def _at(file: File, line: int) -> ast.stmt | None:
    """The innermost statement that begins on a line, or that holds it."""
    holds = [n for n in file.nodes if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or n.lineno)]
    return max(holds, key=lambda n: (n.lineno, -(n.end_lineno or 0)), default=None)
