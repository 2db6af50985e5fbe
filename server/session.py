"""One script being measured: the environment it belongs to, and the judge with its processes, started when needed."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from ..knowledge import plugins
from ..knowledge.pipelines import DRAW_CLASSES
from ..knowledge.types import Device, Environment, Models, Protocol, Target
from ..tools import device, models
from ..tools.measure import interpreter
from ..tools.measure.baseline import Subject
from ..tools.measure.jobs import lanes
from ..tools.measure.judge import Judge
from ..tools.measure.protocols import class_protocols, protocols, split
from ..tools.measure.runner import Runner
from ..tools.measure.scorer import Scorer
from ..tools.measure.start import Start
from .app import App
from .asked import captions_of_classes, prompt_lines, search_prompts
from .opening import Opened


@dataclass
class Session:
    """Build with `session(...)`, which ends every process that was started."""

    app: App
    opened: Opened
    start: Start
    prompts_file: Path | None
    say: Callable[[str], None]
    target: Target | None = None
    """what candidates are measured for, where that may end a measurement early"""
    metrics: tuple[str, ...] = ()
    """those of plugins that are read beside loss and drift"""

    @cached_property
    def python(self) -> Path:
        return interpreter.choose(self.opened.file.path, self.app.settings.python)

    @cached_property
    def models(self) -> Models:
        """zoo or hub: as set, else hub where the script's model is at hand or there is a GPU."""
        return self.app.models_for(self.opened.site.model_id, self.opened.file.path.parent)

    @property
    def models_home(self) -> Path:
        return self.app.models_home(self.models)

    @cached_property
    def threads(self) -> int:
        return self.app.settings.threads or (1 if self.models == "zoo" else psutil.cpu_count(logical=False) or 1)

    @cached_property
    def scorer_model(self) -> str:
        return self.app.scorer_model(self.models)

    @cached_property
    def runner(self) -> Runner:
        """The zygote and the scorer start together; each takes seconds to import its libraries."""
        walls = self.app.walls(self.opened.file.path)
        started = Runner(self.python, self.models_home, self.threads, self.app.limits, walls=walls)
        self.say(started.sandbox)
        _ = self.scorer
        return started

    @cached_property
    def scorer(self) -> Scorer:
        return Scorer(self.scorer_model, str(models.hub_home()), self.metrics)

    @cached_property
    def environment(self) -> Environment:
        version, libraries = interpreter.versions(self.python)
        return Environment(
            device=self._device(),
            python=version,
            libraries=libraries,
            models=self.models,
            models_version=self._models_version(),
            scorer=self._scorer_name(),
        )

    def _scorer_name(self) -> str:
        """The CLIP model, and with which version of which package each metric of a plugin comes."""
        packages = plugins.offered(plugins.METRICS) if self.metrics else {}
        read = [f"{metric} of {packages.get(metric, 'no package')}" for metric in self.metrics]
        return ", ".join([self.app.scorer_name(self.models), *read])

    def _device(self) -> Device:
        """Asking torch costs seconds, so it is asked only where there may be an accelerator."""
        probe = self.runner.device() if device.has_nvidia() else {"kind": "cpu"}
        return device.from_probe(probe, self.threads)

    def _models_version(self) -> str:
        found = models.snapshot(self.models_home, self.opened.site.model_id or "")
        return found.name[:12] if found else ""

    @cached_property
    def protocols(self) -> dict[str, Protocol]:
        site = self.opened.site
        if site.pipeline_class in DRAW_CLASSES:
            return class_protocols(captions_of_classes(site.model_id or "", self.models == "zoo", self.models_home))
        return protocols(*self._prompts())

    def _prompts(self) -> tuple[list[str], list[str]]:
        if self.prompts_file is not None:
            return split(prompt_lines(self.prompts_file))
        return search_prompts(self.app.zoo_prompts if self.models == "zoo" else None)

    @cached_property
    def judge(self) -> Judge:
        return Judge(
            subject=Subject(self.opened.file.path, self.opened.file.text, self.opened.site, self.start),
            environment=self.environment,
            protocols=self.protocols,
            runner=lambda: self.runner,
            scorer=lambda: self.scorer,
            store=self.app.store,
            limits=self.app.limits,
            say=self.say,
            target=self.target,
            lanes=max(1, lanes(self.threads)) if self.environment.device.kind == "cpu" else 1,
        )

    def close(self) -> None:
        for name in ("judge", "runner", "scorer"):
            if (built := self.__dict__.get(name)) is not None:
                built.close()


@contextmanager
def session(
    app: App,
    opened: Opened,
    start: Start,
    prompts_file: Path | None,
    say: Callable[[str], None],
    target: Target | None = None,
    metrics: Sequence[str] = (),
) -> Generator[Session, None, None]:
    """A session that ends every process it started, however it is left."""
    one = Session(app, opened, start, prompts_file, say, target, tuple(metrics))
    try:
        yield one
    finally:
        one.close()
