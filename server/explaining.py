"""`explain`: everything that is known of one method, on the person's file or on a plain script."""

import difflib
import inspect
from collections.abc import Iterator, Sequence

from ..agents import coder
from ..knowledge import rules
from ..knowledge.catalogue import METHODS
from ..knowledge.expect import Expectation, expect
from ..knowledge.library import Document, documents
from ..knowledge.method import Method, Symptom
from ..knowledge.pipelines import CARDS, EVERY_CARD, Card, any_card_for
from ..knowledge.silent import BY_SLUG, SilentFailure, silent_failures_of
from ..knowledge.situation import Situation
from ..knowledge.topic import described, topic
from ..knowledge.types import Candidate, Plan, Record, Scalar, Step, Trace
from ..tools.errors import UsageError
from ..tools.script.diff import unified
from ..tools.store.search import Index
from .app import App
from .opening import Opened
from .place import Place, as_if, at_hand, bare, first_fitting, libraries_of, plain

UNCHANGED = Trace(
    pipeline_class="StableDiffusionPipeline",
    denoiser_class="UNet2DConditionModel",
    denoiser_parameters=859_520_964,
    denoiser_dtype="float32",
    scheduler_class="PNDMScheduler",
    timesteps=51,
    guidance_scale=7.5,
    requested_steps=50,
    denoiser_calls=51,
    batch_sizes={"2": 51},
    latent_shape=(2, 4, 64, 64),
    mid_block_calls=51,
    self_attention_tokens=(64, 256, 1024, 4096),
    self_attention_calls=816,
    cross_attention_calls=816,
    vae_decodes=1,
    vae_class="AutoencoderKL",
    image_size=(512, 512),
    attention_kernels=("efficient",),
    watermark=True,
)
"""what the runner would record of a Stable Diffusion script that nothing was done to"""


_LONGEST_NAME = 4
"""words of a pipeline's name; more is a question"""


class Knob(Record):
    """One knob, what it may be, and what turning it does."""

    name: str
    values: tuple[Scalar, ...]
    default: Scalar
    meaning: str
    direction: str


class Shown(Record):
    """What a method writes into a script."""

    where: str
    step: Step
    expected: Expectation
    device: str
    diff: str
    note: str = ""


class Explained(Record):
    """A method, whole."""

    slug: str
    title: str
    kind: str
    summary: str
    more: str
    fits: tuple[str, ...]
    devices: tuple[str, ...]
    needs: tuple[str, ...]
    lossless: bool
    batch_safe: bool
    searched: bool
    where: str
    why_not: str | None
    shown: Shown | None
    knobs: tuple[Knob, ...]
    gain: str
    sources: tuple[str, ...]
    backfires: tuple[str, ...]
    clashes: tuple[str, ...]
    order: int
    proof: str
    undo: tuple[str, ...] | None
    failures: tuple[Symptom, ...]
    silent: tuple[SilentFailure, ...]
    notes: tuple[str, ...] = ()


Explanation = Explained | SilentFailure | Document


def explain(app: App, name: str, place: Place | None) -> Explanation:
    """What is known under a name. Raises UsageError with the nearest names where nothing is."""
    slug = normal(name)
    for kind in METHODS:
        if slug in (kind.slug, normal(kind.title), kind.__name__.lower()):
            return explained(kind, place or _machine(app))
    if (silent := BY_SLUG.get(slug)) is not None:
        return silent
    known = documents()
    for page in known:
        if slug.replace("_", "") in (normal(n).replace("_", "") for n in (page.slug, page.title)):
            return page
    if (card := _card(name)) is not None:
        return next(d for d in known if d.shelf == "pipeline" and d.slug.endswith(f"-{EVERY_CARD.index(card)}"))
    raise UsageError(_unknown(name, known))


def _card(name: str) -> Card | None:
    """`SDXL`, `FLUX`, `PixArtSigmaPipeline`: a pipeline by any of its names, and nothing else said."""
    about = topic(name)
    if about.pipeline_class is None or len(name.split()) > _LONGEST_NAME:
        return None
    return any_card_for(about.pipeline_class, about.model_id)


def normal(name: str) -> str:
    """`Deep Cache`, `deep-cache` and `deep_cache` are one name."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _unknown(name: str, known: Sequence[Document]) -> str:
    slugs = [d.slug for d in known if "/" not in d.slug]
    titles = {normal(d.title): d.slug for d in known if "/" not in d.slug}
    close = difflib.get_close_matches(normal(name), [*slugs, *titles], n=4, cutoff=0.6)
    near = list(dict.fromkeys([*(titles.get(c, c) for c in close), *_mentions(name, known)]))[:3]
    said = f"the nearest names are {', '.join(near)}" if near else "`diffagent-mcp methods` lists what is known"
    return f"nothing is named {name[:80]!r}; {said}"


def _mentions(name: str, known: Sequence[Document]) -> list[str]:
    """Methods whose pages have the word: `taesd` is said of the tiny autoencoder, `fp8` of those who use it."""
    index = Index(known)
    try:
        return [hit.document.method for hit in index.find(name, 20) if hit.document.method is not None]
    finally:
        index.close()


def _machine(app: App) -> Place:
    """No script: this machine and the libraries at hand, and a pipeline that every method is judged with first."""
    libraries, notes = libraries_of(app, None)
    return Place(bare(CARDS[0], at_hand(app), libraries), None, notes)


def explained(kind: type[Method], place: Place) -> Explained:
    """Everything about one method, for one place."""
    here = place.situation if place.opened else _fitting_card(kind, place.situation)
    method = first_fitting(kind, as_if(kind, here)) or kind()
    body = inspect.getdoc(kind) or ""
    needs = [f"{library}{version}" for library, version in kind.needs.items()]
    return Explained(
        slug=kind.slug,
        title=kind.title,
        kind=kind.kind,
        summary=kind.summary(),
        more=body.partition("\n")[2].strip(),
        fits=tuple(sorted(kind.fits)),
        devices=tuple(sorted(kind.devices)),
        needs=(*([f"pip install {kind.package}"] if kind.package else []), *needs),
        lossless=kind.lossless,
        batch_safe=kind.batch_safe,
        searched=kind.searched,
        where=where_of(here),
        why_not=rules.unusable(kind, here),
        shown=shown(kind, place),
        knobs=tuple(knobs_of(kind, method, as_if(kind, here))),
        gain=kind.gain,
        sources=kind.sources,
        backfires=kind.backfires,
        clashes=tuple(sorted(kind.clashes | {m.slug for m in METHODS if kind.slug in m.clashes})),
        order=kind.order,
        proof=kind().unproven(UNCHANGED, UNCHANGED) or "",
        undo=undo_of(method, here),
        failures=kind.symptoms,
        silent=silent_failures_of(kind.slug),
        notes=place.notes,
    )


def where_of(here: Situation) -> str:
    """`StableDiffusionPipeline, 50 steps, an NVIDIA GPU`"""
    return f"{here.pipeline_class}, {here.steps} steps, {here.device.name}"


def _fitting_card(kind: type[Method], here: Situation) -> Situation:
    """Without a script a method is judged with a pipeline that it is made for, so that only the machine can speak."""
    known = (bare(card, here.device, here.libraries) for card in CARDS)
    return next((s for s in known if rules.unusable(kind, as_if(kind, s)) is None), here)


def undo_of(method: Method, here: Situation) -> tuple[str, ...] | None:
    """The statements that take it away again; None: only a new pipeline is without it."""
    statements = None if type(method).undo is Method.undo else method.undo(here)
    return None if statements is None else tuple(s.replace("{pipe}", here.pipeline.name) for s in statements)


def knobs_of(kind: type[Method], method: Method, here: Situation) -> Iterator[Knob]:
    """The knobs, each with what is expected of its ends or choices."""
    for name, values in kind.genes():
        field = kind.model_fields[name]
        yield Knob(
            name=name,
            values=tuple(values),
            default=field.default,
            meaning=field.description or "",
            direction=_direction(method, name, values, here),
        )


def _direction(method: Method, name: str, values: Sequence[Scalar], here: Situation) -> str:
    """Which way is faster, and what that costs: from the expectations at the knob's ends."""
    ends = values if isinstance(values[0], str | bool) else (values[0], values[-1])
    seen = {v: expect(Plan(steps=(_turned(method, name, v).step(),)), here) for v in ends}
    fastest, slowest = max(ends, key=lambda v: seen[v].speedup), min(ends, key=lambda v: seen[v].speedup)
    if seen[fastest].speedup < 1.005 * seen[slowest].speedup:
        return "the speed that is expected does not depend on it"
    costs = seen[fastest].drift > seen[slowest].drift + 0.005
    numeric = not isinstance(values[0], str | bool)
    word = ("lower" if fastest == values[0] else "higher") if numeric else str(fastest)
    span = f"{seen[fastest].speedup:.2f}x at {fastest}, {seen[slowest].speedup:.2f}x at {slowest}"
    return f"{word} is faster{' and changes the pictures more' if costs else ''}: expected {span}"


def _turned(method: Method, name: str, value: Scalar) -> Method:
    return type(method)(**{**method.model_dump(), name: value})


def shown(kind: type[Method], place: Place) -> Shown | None:
    """What it writes into the person's file; where it does not fit there, into the plain script of a card."""
    if place.opened is not None:
        found = _written(kind, place.opened, place.situation, f"{place.opened.file.path.name}")
        if found is not None:
            return found
    for card in EVERY_CARD:
        for half in (False, True):
            if (found := _on_card(kind, card, half, place.situation)) is not None:
                return found
    return None if kind.searched else _described(kind, place.situation.libraries)


def _described(kind: type[Method], libraries: dict[str, str]) -> Shown | None:
    """A method that is described and fits no single machine: what it would write, and why it is not run."""
    card = next((c for c in CARDS if c.backbone in kind.fits), None)
    opened = plain(card) if card is not None else None
    if card is None or opened is None:
        return None
    here = as_if(kind, bare(card, described("cuda"), libraries)).model_copy(update={"pipeline": opened.site})
    plan = Plan(steps=(kind().step(),))
    found = _placed(plan, opened, here, f"the plain script of {card.title}")
    return found.model_copy(update={"note": kind().misfit(here, plan) or found.note})


def _on_card(kind: type[Method], card: Card, half: bool, machine: Situation) -> Shown | None:
    """On a pipeline's plain script, on this machine where it can; some methods ask for half precision first."""
    here = bare(card, machine.device, machine.libraries)
    if first_fitting(kind, as_if(kind, here)) is None:
        here = bare(card, described("cuda"), machine.libraries)
    if half:
        here = here.model_copy(update={"pipeline": here.pipeline.model_copy(update={"dtype": "float16"})})
    opened = plain(card, half) if first_fitting(kind, as_if(kind, here)) is not None else None
    if opened is None:
        return None
    title = f"the plain script of {card.title}{' in half precision' if half else ''}"
    return _written(kind, opened, here.model_copy(update={"pipeline": opened.site}), title)


def _written(kind: type[Method], opened: Opened, situation: Situation, where: str) -> Shown | None:
    here = as_if(kind, situation)
    method = first_fitting(kind, here)
    if method is None:
        return None
    return _placed(Plan(steps=(method.step(),)), opened, here, where)


def _placed(plan: Plan, opened: Opened, here: Situation, where: str) -> Shown:
    code = coder.write(plan, opened.file.text, opened.script, here)
    note = "" if isinstance(code, Candidate) else code.message
    diff = unified(opened.file.text, code.code, opened.file.path.name) if isinstance(code, Candidate) else ""
    return Shown(
        where=where, step=plan.steps[0], expected=expect(plan, here), device=here.device.name, diff=diff, note=note
    )
