"""What an answer is for: a person's script or a plain one, on the device at hand or on one that is described."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from pathlib import Path
from typing import get_args

from ..knowledge import rules
from ..knowledge.method import Method
from ..knowledge.methods.precision import Precision
from ..knowledge.pipelines import CARDS, Card
from ..knowledge.situation import Situation, situation_at
from ..knowledge.topic import described
from ..knowledge.types import Attributes, Device, PipelineSite, Plan, Position, Scalar
from ..tools import device as hardware
from ..tools import models
from ..tools.errors import SetupError, UsageError
from ..tools.measure import interpreter
from ..tools.script.compose import compose
from .app import App
from .opening import OURS, Opened, of_text, open_script

_SIMPLE = """\
from diffusers import {cls}

pipe = {cls}.from_pretrained("{model}").to("cuda")
image = pipe("a lighthouse at dusk").images[0]
"""
_NOWHERE = Position(line=1, column=0)
MOST = 400
"""settings of one method that are looked at; one with more is varied in one knob at a time"""


@dataclass(frozen=True)
class Place:
    """A pipeline in a script, where it stands, and what must be said about it. Without a script, only the class."""

    situation: Situation
    opened: Opened | None = None
    notes: tuple[str, ...] = ()


def at_file(app: App, path: Path, pipeline: str | None, device: Device | None = None) -> Place:
    """A person's script, with the libraries of its project. Nothing is run and torch is not asked."""
    opened = open_script(path, pipeline)
    libraries, notes = libraries_of(app, path)
    here = situation_at(opened.site, device or at_hand(app), libraries)
    here = here.model_copy(update={"at_hand": models.ids_at_hand(models.hub_home())})
    return Place(here, opened, notes)


def at_card(app: App, card: Card, device: Device | None = None) -> Place:
    """A checkpoint as people use it, without a script."""
    libraries, notes = libraries_of(app, None)
    return Place(bare(card, device or at_hand(app), libraries), None, notes)


def bare(card: Card, device: Device, libraries: dict[str, str]) -> Situation:
    """A pipeline that is loaded and called with nothing said but its checkpoint."""
    site = PipelineSite(
        name="pipe", start=_NOWHERE, end=_NOWHERE, pipeline_class=card.pipeline_class, model_id=card.model_id
    )
    return situation_at(site, device, libraries).model_copy(update={"scheduler": card.scheduler})


def plain(card: Card, half: bool = False) -> Opened | None:
    """The plain script of a checkpoint, perhaps in half precision; None where none can be written."""
    if card not in CARDS:
        return of_text(_SIMPLE.format(cls=card.pipeline_class, model=card.model_id))
    wanted = Attributes(
        pipeline_class=card.pipeline_class,
        model_id=card.model_id,
        controlnet_id=card.controlnet_id,
        steps=card.steps,
        width=card.size,
        height=card.size,
        preprocessors=card.preprocessors,
        methods=(Precision(dtype="float16").step(),) if half else (),
    )
    code = compose(wanted)
    return of_text(code) if isinstance(code, str) else None


def libraries_of(app: App, path: Path | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the project has installed; where that cannot be said, nothing, and why."""
    python = interpreter.choose(path or Path.cwd() / OURS, app.settings.python)
    try:
        return interpreter.versions(python)[1], ()
    except SetupError as e:
        if app.settings.python is not None:
            raise
        return {}, (str(e),)


def at_hand(app: App) -> Device:
    """This machine's device, as far as it shows without torch."""
    if not hardware.has_nvidia():
        return hardware.cpu(app.settings.threads or 1)
    unnamed = described("cuda")
    return unnamed.model_copy(update={"name": hardware.nvidia_name() or unnamed.name})


def device_named(app: App, name: str | None, memory_mb: float | None) -> Device:
    """The device that is meant. Raises UsageError where its kind is not known."""
    kinds = get_args(Device.model_fields["kind"].annotation)
    if name is not None and name not in kinds:
        raise UsageError(f"--device {name}: give {', '.join(kinds[:-1])} or {kinds[-1]}")
    here = at_hand(app)
    if name is None or name == here.kind:
        return here if memory_mb is None else here.model_copy(update={"memory_mb": memory_mb})
    return described(name, memory_mb)


def as_if(kind: type[Method], situation: Situation) -> Situation:
    """The same place with what the method needs installed, and on a device that it runs on."""
    libraries = {name: v for name, v in situation.libraries.items() if name not in kind.needs}
    if kind.package:
        libraries.setdefault(kind.package, "")
    fits = situation.device.kind in kind.devices
    device = situation.device if fits else described("cuda" if "cuda" in kind.devices else min(kind.devices))
    return situation.model_copy(update={"libraries": libraries, "device": device})


def settings_of(kind: type[Method]) -> Iterator[Method]:
    """The default, then every combination of the knobs' values, or where they are many one knob at a time."""
    yield kind()
    genes = dict(kind.genes())
    if prod(len(values) for values in genes.values()) <= MOST:
        for values in product(*genes.values()):
            yield _with(kind, dict(zip(genes, values, strict=True)))
    else:
        for name, values in genes.items():
            yield from (_with(kind, {name: value}) for value in values)


def fitting(kind: type[Method], situation: Situation) -> Iterator[Method]:
    """The settings that can be used here, alone."""
    if rules.unusable(kind, situation) is None:
        for method in settings_of(kind):
            if method.misfit(situation, Plan(steps=(method.step(),))) is None:
                yield method


def first_fitting(kind: type[Method], situation: Situation) -> Method | None:
    """The default where it can be used here, else the first setting that can."""
    return next(islice(fitting(kind, situation), 1), None)


def _with(kind: type[Method], knobs: dict[str, Scalar]) -> Method:
    return kind(**knobs)  # pyright: ignore[reportArgumentType]
