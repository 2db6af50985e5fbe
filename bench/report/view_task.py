"""What the page of one task shows, worked out before any HTML is written. Pure, but for opening pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...knowledge.types import Attributes, Calibrated, Mismatch, Relative, Step, Task
from ...tools.report.pictures import inline
from ...tools.report.text import counted, one_line, percent, percent_se, reveal, seconds, times, two_decimals
from ...tools.report.view import diff_lines
from ...tools.script.diff import unified
from ..scores import Case
from ..tasks.load import request_for
from . import words
from .pictures import TaskPicture, pairs

_STAGE_OF = {"key-attribute error": 1, "absolute quality": 2}
_SHOWN = 12


def task_view(
    case: Case, calibrated: Mapping[str, Calibrated], pictures: Sequence[TaskPicture], beside: tuple[str, str]
) -> dict[str, Any]:
    """Everything the template names; `beside` are the pages before and after, empty at the ends."""
    task, judged = case.task, case.judged
    code = judged.submission.code
    return {
        "id": task.id,
        "pipeline": case.pipeline,
        "level": f"L{task.level}" + (f", {task.difficulty}" if task.difficulty else ""),
        "phrasing": f"{task.phrasing}{' (held out)' if task.held_out else ''}",
        "request": reveal(request_for(task, calibrated.get(task.baseline or ""))),
        "passed": judged.passed,
        "failure": judged.failure,
        "sentence": one_line(judged.sentence, 600),
        "note": one_line(judged.submission.note, 600),
        "crash": _crash(case),
        "stages": [_static(case), _absolute(case), *([_relative(case)] if task.relative else [])],
        "attributes": _attributes(case),
        "mismatches": [_mismatch(m) for m in judged.static.mismatches] if judged.static else [],
        "clip": _clip(case),
        "measured": _measured(judged.relative) if judged.relative else [],
        "diff": diff_lines(_diff(task.reference, code)) if code is not None else [],
        "code": reveal(code) if code is not None else None,
        "reference": reveal(task.reference),
        "reference_is": "the baseline" if task.relative else "the reference",
        "pairs": [(_picture(a), _picture(b)) for a, b in pairs(pictures)[:_SHOWN]],
        "pictures": [_picture(p) for p in pictures if p.role == "absolute"][:_SHOWN],
        "kept": {"pairs": len(pairs(pictures)), "absolute": sum(p.role == "absolute" for p in pictures)},
        "effort": _effort(case),
        "menu": ", ".join(task.menu),
        "target": _target(task, calibrated.get(task.baseline or "")),
        "before": beside[0],
        "after": beside[1],
    }


def _target(task: Task, calibrated: Calibrated | None) -> str:
    if task.difficulty is None or calibrated is None:
        return ""
    known = f"{'one' if calibrated.feasible(task.difficulty) else 'none'} of its plans was that fast"
    asked = f"{times(calibrated.speedup(task.difficulty))}, {seconds(calibrated.latency_s(task.difficulty))} an image"
    tried = f"{counted(calibrated.trials, 'trial')} on {counted(calibrated.samples, 'prompt')} each"
    return f"{asked}: {task.difficulty}, from baseline {task.baseline}'s best of {tried}; {known}"


def _diff(reference: str, code: str) -> str:
    return unified(reference, code, "reference.py")


def _crash(case: Case) -> dict[str, str] | None:
    it = case.judged.crash
    message, evidence = getattr(it, "message", ""), getattr(it, "evidence", "")
    return {"kind": it.kind, "message": one_line(message, 600), "evidence": reveal(evidence)} if it else None


def _stage(case: Case, number: int, there: bool) -> str:
    """passed, failed or not reached."""
    failure = case.judged.failure
    if failure == "no submission":
        return "not reached"
    failed = _failed_at(case) if failure else 4
    if number == failed:
        return "failed"
    return "passed" if number < failed and there else "not reached"


def _failed_at(case: Case) -> int:
    """The stage that found it wanting. Code may crash in any of them: in the first that has nothing to show."""
    judged = case.judged
    if judged.failure != "compile error":
        return _STAGE_OF.get(judged.failure or "", 3)
    if judged.absolute is not None:
        return 3
    return 2 if judged.static is not None and judged.static.live is not None else 1


def _static(case: Case) -> dict[str, str]:
    judged = case.judged
    said = _stage(case, 1, judged.static is not None)
    reason = one_line(judged.sentence, 600) if said == "failed" else "pipeline, model, steps, methods: as asked"
    return {"name": "1 · Static", "verdict": said, "reason": reason if said != "not reached" else ""}


def _absolute(case: Case) -> dict[str, str]:
    it = case.judged.absolute
    said = _stage(case, 2, it is not None)
    reason = ""
    if it is not None and it.scores and said != "not reached":
        low = sum(s < it.threshold for s in it.scores)
        reason = f"lowest CLIP-Score {min(it.scores):.1f}, threshold {it.threshold:.1f}" + (
            f"; {low} of {len(it.scores)} below" if low else ""
        )
    elif said == "failed":
        reason = one_line(case.judged.sentence, 600)
    return {"name": "2 · Absolute quality", "verdict": said, "reason": reason}


def _relative(case: Case) -> dict[str, str]:
    it = case.judged.relative
    said = _stage(case, 3, it is not None)
    reason = ""
    if it is not None:
        reason = f"{times(it.speedup)} where {times(it.required_speedup)} is asked; loss {percent(it.loss)}"
    elif said == "failed":
        reason = one_line(case.judged.sentence, 600)
    return {"name": "3 · Against the baseline", "verdict": said, "reason": reason}


def _attributes(case: Case) -> list[dict[str, Any]]:
    """Name, asked, as read in the code, as recorded live; and whether it must match, whether it does not."""
    static, task = case.judged.static, case.task
    wrong = {m.attribute.partition(".")[0] for m in static.mismatches} if static else set[str]()
    fixed = {f.partition(".")[0] for f in task.fixed}
    rows: list[dict[str, Any]] = []
    for name in Attributes.model_fields:
        found = [_value(getattr(side, name)) if side else "" for side in _sides(case)]
        if any(found):
            label = name.replace("_", " ")
            rows.append({"name": label, "found": found, "fixed": name in fixed, "wrong": name in wrong})
    return rows


def _sides(case: Case) -> tuple[Attributes | None, Attributes | None, Attributes | None]:
    static = case.judged.static
    return case.task.attributes, static.text if static else None, static.live if static else None


def _value(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return one_line(" + ".join(v.sentence() if isinstance(v, Step) else str(v) for v in value), 300)
    return one_line(str(value), 160)


def _mismatch(it: Mismatch) -> str:
    where = "in the code" if it.source == "text" else "in the running pipeline"
    return one_line(f"{it.attribute}: {it.wanted} was asked, {it.found} was found {where}", 400)


def _clip(case: Case) -> list[dict[str, Any]]:
    """One bar a picture, on a scale that ends at the best."""
    it = case.judged.absolute
    if it is None or not it.scores:
        return []
    top = max(*it.scores, it.threshold, 1.0)
    prompts = [*it.prompts, *[""] * len(it.scores)]
    return [
        {
            "score": f"{score:.1f}",
            "width": round(100 * max(0.0, score) / top, 1),
            "bound": round(100 * max(0.0, it.threshold) / top, 1),
            "low": score < it.threshold,
            "prompt": one_line(prompt, 200),
        }
        for score, prompt in zip(it.scores, prompts, strict=False)
    ]


def _measured(it: Relative) -> list[tuple[str, str, str]]:
    """Label, value, and what stands behind it."""
    low, high, level = it.speedup_interval.low, it.speedup_interval.high, it.speedup_interval.level
    return [
        ("Speedup (U)", times(it.speedup), f"{level:.0%} {low:.2f} to {high:.2f}, {counted(it.pairs, 'pair')}"),
        ("Asked", times(it.required_speedup), f"reached {percent(it.achieved)} of it"),
        ("Quality loss (L)", percent_se(it.loss, it.loss_se), f"at most {percent(it.max_loss)}"),
        ("Drift", two_decimals(it.drift), f"over {counted(it.prompts, 'prompt')}"),
        ("An image takes", seconds(it.latency_s), f"the baseline: {seconds(it.baseline_s)}"),
    ]


def _picture(it: TaskPicture) -> dict[str, Any]:
    return {"prompt": one_line(it.prompt, 200), "seed": it.seed, "image": inline(it.png, 320)}


def _effort(case: Case) -> str:
    it = case.judged.submission
    parts = [words.counted_thousands(it.evaluations, "evaluation"), f"{seconds(it.seconds)} to solve", *words.asked(it)]
    if case.judged.judged_in:
        return ", ".join([*parts, f"judged in run {case.judged.judged_in}, where the same code was handed in"])
    return ", ".join([*parts, f"{seconds(case.judged.seconds)} with judging"])
