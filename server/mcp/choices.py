"""Choices that are the person's: which pipeline, whether pictures may change, whether a diff is applied.

Where the client cannot ask, or the person closes the question, the safe answer holds: nothing is written, a pipeline
that is not named stays a complaint, and the bounds on quality are the usual ones.
"""

from pathlib import Path

from anyio import to_thread
from mcp.types import ElicitResult

from .rounds import Rounds
from .sentences import cut

_SHOWN = 3000
"""characters of a diff that a form shows"""


async def meant(rounds: Rounds, path: Path, pipeline: str | None) -> str | None:
    """The pipeline that is named, or that the person picks of several; None where none is picked or needed."""
    from ..opening import to_choose_from

    if pipeline is not None:
        return pipeline
    names = await to_thread.run_sync(to_choose_from, path)
    if not names:
        return None
    fields = {"pipeline": {"type": "string", "title": "Pipeline", "enum": list(names)}}
    answer = await rounds.form("pipeline", f"{path.name} has several pipelines. Which one is meant?", fields)
    picked = _picked(answer, "pipeline")
    return picked if isinstance(picked, str) and picked in names else None


async def may_change_pictures(rounds: Rounds, wanted: str, bounds: str) -> bool:
    """May methods be tried that change the pictures a little? False only where the person says so."""
    message = (
        f"{wanted}: may methods be tried that change the pictures, within bounds ({bounds})? "
        "Without them only lossless methods are tried, which seldom reach 2x."
    )
    fields = {"allow": {"type": "boolean", "title": "Pictures may change within these bounds", "default": True}}
    answer = await rounds.form("lossy", message, fields)
    return not (answer is not None and (answer.action == "decline" or _picked(answer, "allow") is False))


async def may_apply(rounds: Rounds, name: str, diff: str) -> bool | None:
    """Does the person agree to the diff? None where nobody could be asked."""
    message = f"Write this change to {name}? A copy of what is there stays in {name}.orig.\n\n{cut(diff, _SHOWN)}"
    fields = {"apply": {"type": "boolean", "title": f"Write the change to {name}", "default": False}}
    answer = await rounds.form("apply", message, fields)
    if answer is None or answer.action == "cancel":
        return None
    return _picked(answer, "apply") is True


def _picked(answer: ElicitResult | None, field: str) -> object:
    return (answer.content or {}).get(field) if answer is not None and answer.action == "accept" else None
