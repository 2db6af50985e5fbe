"""Is this machine, this environment and this script fit for the job, and if not, what is missing?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ..knowledge import plugins, rules
from ..knowledge.catalogue import METHODS, PLUGINS
from ..knowledge.situation import Situation
from ..knowledge.types import Environment, PipelineSite, Position, Role
from ..tools import device, models
from ..tools.chat.names import Named
from ..tools.chat.opening import key_in_words
from ..tools.chat.provider import installed, obstacle
from ..tools.errors import SetupError
from ..tools.measure import interpreter
from ..tools.measure.runner import Runner
from .app import App
from .opening import open_script, situation

_NOWHERE = Position(line=1, column=0)


@dataclass(frozen=True)
class Usability:
    """One method, and why it cannot be used here; None where it can."""

    slug: str
    kind: str
    why_not: str | None


@dataclass(frozen=True)
class Diagnosis:
    """What `doctor` found."""

    facts: list[tuple[str, str]]
    methods: list[Usability]
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        """`unusable` names every method, with an empty reason where it can be used."""
        return {
            "facts": dict(self.facts),
            "unusable": {m.slug: m.why_not or "" for m in self.methods},
            "kinds": {m.slug: m.kind for m in self.methods},
            "problems": self.problems,
        }


def examine(app: App, path: Path | None, pipeline: str | None, deep: bool) -> Diagnosis:
    """Look at device, versions, models and methods; `deep` starts the runner, which takes seconds."""
    python = interpreter.choose(path or Path.cwd() / "script.py", app.settings.python)
    problems: list[str] = []
    version, libraries = _versions(python, problems)
    facts = [("python", f"{version} at {python}"), *sorted(libraries.items())]
    here = device.from_probe({"kind": "cpu"}, app.settings.threads or 1)
    if deep and not problems:
        here, network, sandbox = _ask_runner(app, python)
        facts.append(("network", f"{network} (in the runner)"))
        facts.append(("sandbox", sandbox))
    elif device.has_nvidia():
        facts.append(("gpu", "an NVIDIA device is here; `doctor --deep` asks torch about it"))
    bf16 = ", native bfloat16" if here.bf16 else ""
    facts.append(("device", f"{here.name} ({here.kind}), {here.memory_mb / 1000:.0f} GB{bf16}"))
    facts += _models(app)
    facts += _language_models(app, problems)
    facts += _plugins(problems)
    environment = Environment(device=here, python=version, libraries=libraries)
    where = _situation(path, pipeline, environment)
    where = where.model_copy(update={"at_hand": models.ids_at_hand(models.hub_home())})
    return Diagnosis(facts, usabilities(where), problems)


def usabilities(where: Situation) -> list[Usability]:
    """Every method of the catalogue, in its order."""
    return [Usability(m.slug, m.kind, rules.unusable(m, where)) for m in METHODS]


def _versions(python: Path, problems: list[str]) -> tuple[str, dict[str, str]]:
    try:
        return interpreter.versions(python)
    except SetupError as e:
        problems.append(str(e))
        return "unknown", {}


def _ask_runner(app: App, python: Path) -> tuple[device.Device, str, str]:
    """The device, whether the network is cut, and the walls."""
    threads = app.settings.threads or 1
    runner = Runner(python, app.zoo_home, threads, walls=app.walls())
    try:
        found = device.from_probe(runner.device(), threads)
        return found, str(runner.hello.get("network")), runner.sandbox.removeprefix("sandbox: ")
    finally:
        runner.close()


def _models(app: App) -> list[tuple[str, str]]:
    hub, zoo = models.hub_home(), app.zoo_home
    at_hand = list(models.pipelines_at_hand(hub))
    return [
        ("zoo models", ", ".join(models.pipelines_at_hand(zoo))),
        ("hub models", ", ".join(at_hand) or f"none in {hub}"),
        ("store", str(app.settings.home / "store.sqlite")),
        ("scorer", f"zoo: {Path(app.zoo_scorer).name}; hub: {app.scorer_model('hub')}"),
    ]


def _language_models(app: App, problems: list[str]) -> list[tuple[str, str]]:
    """Which models are set, for which roles, and whether they can be asked."""
    roles: dict[Named, list[str]] = {}
    for role in get_args(Role):
        roles.setdefault(app.settings.model_of(role), []).append(role)
    told: list[str] = []
    for named, many in roles.items():
        if named.kind in ("anthropic", "openai") and (sentence := obstacle(named)) is not None:
            problems.append(sentence)
        who = "" if len(roles) == 1 else f" for {', '.join(many)}"
        told.append(f"{named}{who} ({key_in_words(named)})")
    extra = "installed" if installed() else "not installed: pip install 'diffagent-mcp[llm]'"
    return [("language model", "; ".join(told)), ("extra llm", extra)]


def _plugins(problems: list[str]) -> list[tuple[str, str]]:
    """What installed packages bring, and which of them are broken."""
    every = (*PLUGINS, *plugins.found(plugins.CHATS), *plugins.found(plugins.EXECUTORS))
    problems.extend(p.complaint for p in every if p.complaint is not None)
    used = [f"{p.name} ({p.group.rpartition('.')[2]}, {p.package})" for p in every if p.complaint is None]
    used += [f"{name} (metrics, {package})" for name, package in plugins.offered(plugins.METRICS).items()]
    return [("plugins", ", ".join(used))] if used else []


def _situation(path: Path | None, pipeline: str | None, environment: Environment) -> Situation:
    if path is not None:
        return situation(open_script(path, pipeline), environment)
    site = PipelineSite(name="pipe", start=_NOWHERE, end=_NOWHERE, pipeline_class="StableDiffusionPipeline")
    return Situation(
        pipeline=site,
        pipeline_class=site.pipeline_class,
        device=environment.device,
        libraries=environment.libraries,
    )
