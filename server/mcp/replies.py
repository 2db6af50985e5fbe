"""What tools answer: small records with a schema. Everything longer lies behind a resource link."""

from ...knowledge.types import Record


class Pipeline(Record):
    """One pipeline of a script, as its text shows it."""

    name: str
    pipeline_class: str
    model: str | None = None
    scheduler: str | None = None
    dtype: str | None = None
    device: str | None = None
    methods: tuple[str, ...]
    calls: tuple[str, ...]
    beware: tuple[str, ...]


class Analysis(Record):
    """What a script is."""

    script: str
    pipelines: tuple[Pipeline, ...]


class Expected(Record):
    """A plan with what is expected of it; never measured."""

    plan: str
    speedup: float
    loss: float
    drift: float
    chance: float | None = None


class Plans(Record):
    """How words were read, and the plans for them."""

    read_as: dict[str, str]
    where: str
    plans: tuple[Expected, ...]
    diff: str
    notes: tuple[str, ...]
    measured: bool = False


class Written(Record):
    """A script, and what a check of its text says."""

    read_as: dict[str, str]
    code: str
    complaint: str | None = None
    notes: tuple[str, ...]


class Estimated(Record):
    """How probable a target is."""

    answer: str
    because: str
    chances: dict[str, float]
    plans: tuple[Expected, ...]
    leans_on: str
    notes: tuple[str, ...]
    measured: bool = False


class JobReply(Record):
    """A job as it stands, and what came out of it."""

    job: str
    kind: str
    state: str
    sentence: str
    good: bool | None = None
    numbers: dict[str, float] | None = None
    where: str | None = None
    said: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    evidence: str | None = None
    diff: str | None = None
    shown: str | None = None
    next: str | None = None
