"""How probable a speedup is for a document, as it stands in the editor. Nothing is run for it."""

from ...knowledge.situation import situation_at
from ...knowledge.types import Target
from ...tools import models
from ...tools.errors import SetupError, UsageError
from ...tools.textfile import TextFile
from ..estimating import Estimate, estimate
from ..opening import Opened
from ..place import Place, at_hand, libraries_of
from .desk import Desk
from .reading import Reading


def place_of(desk: Desk, reading: Reading, pipeline: str | None) -> Place:
    """The pipeline in the editor's text, where it stands. Raises UsageError where it is not there."""
    script = reading.script
    site = next((s for s in script.pipelines if pipeline in (None, s.name)), None) if script is not None else None
    if script is None or site is None:
        raise UsageError(f"{reading.path.name} builds no diffusers pipeline that can be seen in its text")
    app = desk.app
    libraries, notes = libraries_of(app, reading.path)
    here = situation_at(site, at_hand(app), libraries)
    here = here.model_copy(update={"at_hand": models.ids_at_hand(models.hub_home())})
    return Place(here, Opened(TextFile(reading.path, reading.text, "utf-8"), script, site), notes)


def estimated(
    desk: Desk, reading: Reading, pipeline: str | None, speedup: float, bounds: tuple[float, float]
) -> Estimate:
    """The estimate for a target; `bounds` are those of loss and drift. Raises UsageError, SetupError."""
    wanted = Target(speedup=speedup, max_loss=bounds[0], max_drift=bounds[1])
    return estimate(desk.app, place_of(desk, reading, pipeline), wanted)


def word_for(desk: Desk, reading: Reading, pipeline: str, speedup: float) -> str:
    """`likely`, `possible`, `unlikely`; `not known` where it cannot be said."""
    try:
        found = estimated(desk, reading, pipeline, speedup, (desk.options.max_loss, desk.options.max_drift))
    except (UsageError, SetupError, ValueError):
        return "not known"
    rung = min(found.rungs, key=lambda r: abs(r.speedup - speedup), default=None)
    return rung.word if rung is not None else "not known"
