"""The benchmark put together: environment, prompts, thresholds, and a desk for each worker."""

import contextlib
import hashlib
import itertools
import json
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psutil

from ...bench.running.desk import Desk
from ...bench.running.fleet import Fleet
from ...bench.running.recall import recall
from ...bench.running.shared import SharedScorer
from ...bench.solvers.problem import Solver
from ...bench.stages import protocols as asking
from ...bench.stages.evaluate import Stages
from ...bench.stages.static import compare
from ...bench.stages.thresholds import CANDIDATES
from ...bench.zoo import cache as zoo
from ...knowledge.pipelines import card_for
from ...knowledge.types import Calibrated, Environment, Models, Protocol, Run, Task, Threshold
from ...tools import device, models
from ...tools.measure import interpreter
from ...tools.measure.protocols import FINAL_PROMPTS, class_protocols, protocols
from ...tools.measure.runner import Pictures, Runner
from ...tools.pictures import reduced
from ...tools.store.bench import Bench
from ...tools.store.store import Store
from ..app import App
from ..asked import CAPTIONS, captions_of_classes, prompt_lines, prompts_in, search_prompts

_SEARCHED = FINAL_PROMPTS
"""prompts of the file that the search's `final` protocol uses; the stages take those after them"""
_CONFIRM = {"pairs": 8, "blocks": 4}
_CONFIRM_PROMPTS = 24


@dataclass(frozen=True)
class Options:
    """What a benchmark command may set beside the settings."""

    prompts: Path | None = None
    workers: int = 1
    sizes: asking.Sizes = field(default_factory=asking.Sizes)
    max_drift: float | None = None


@dataclass
class BenchApp:
    """Everything that a run needs, built when it is first needed. `close` ends every process that was started."""

    app: App
    options: Options = field(default_factory=Options)
    fleet: Fleet | None = None
    """nodes that do the work in place of this machine"""
    _runners: list[Runner] = field(default_factory=list[Runner])
    _lanes: set[int] = field(default_factory=set[int])
    """which lanes of processors are taken by a runner"""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # where

    @property
    def models(self) -> Models:
        """The zoo, unless the hub's models are asked for."""
        return "hub" if self.app.settings.models == "hub" else "zoo"

    @cached_property
    def models_home(self) -> Path:
        return self.app.models_home(self.models)

    @cached_property
    def python(self) -> Path:
        chosen = self.app.settings.python
        return Path(chosen).expanduser().absolute() if chosen else Path(sys.executable)

    @cached_property
    def threads(self) -> int:
        cores = psutil.cpu_count(logical=False) or 1
        usual = 1 if self.models == "zoo" else max(1, cores // self.options.workers)
        return self.app.settings.threads or usual

    @cached_property
    def scorer_model(self) -> str:
        return self.app.scorer_model(self.models)

    @cached_property
    def environment(self) -> Environment:
        """What every number of a run depends on; its fingerprint is that of the calibrations which belong to it."""
        if self.fleet is not None:
            return self.fleet.environment
        version, libraries = interpreter.versions(self.python)
        probe = {"kind": "cpu"}
        if device.has_nvidia():
            with self.runner() as runner:
                probe = runner.device()
        return Environment(
            device=device.from_probe(probe, self.threads),
            python=version,
            libraries=libraries,
            models=self.models,
            models_version=self._models_version() if self.models == "zoo" else "",
            scorer=self.app.scorer_name(self.models),
        )

    def _models_version(self) -> str:
        """Stands for the weights of every pipeline and of the scorer."""
        ids = sorted(model_id for p in zoo.read_index() for model_id in p.ids)
        revisions = [found.name for i in ids if (found := models.snapshot(self.models_home, i)) is not None]
        digest = hashlib.sha1("".join(revisions).encode(), usedforsecurity=False)
        for file in sorted(zoo.scorer_folder().iterdir()):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:12]

    # what is asked

    @cached_property
    def lines(self) -> list[str]:
        """Prompts of the stages: a person's file, or those that the search does not use."""
        if self.options.prompts is not None:
            return stage_lines(self.options.prompts)
        if self.models == "zoo":
            return prompt_lines(self.app.zoo_prompts / "final.txt")[_SEARCHED:]
        return prompt_lines(CAPTIONS)

    @cached_property
    def _classes(self) -> dict[str, Mapping[int, str]]:
        return {}

    def classes(self, task: Task) -> Mapping[int, str] | None:
        """Captions of the classes, for a pipeline that draws classes; None for one that reads text."""
        card = card_for(task.attributes.pipeline_class, task.attributes.model_id)
        if card is None or card.mode != "class2img":
            return None
        model_id = task.attributes.model_id
        if model_id not in self._classes:
            self._classes[model_id] = captions_of_classes(model_id, self.models == "zoo", self.models_home)
        return self._classes[model_id]

    def wide(self, task: Task) -> Protocol:
        """What the ten pictures of stage 2 are taken from."""
        found = self.classes(task)
        return asking.wide(asking.Captions(tuple(self.lines), found or {}), found is not None, CANDIDATES)

    def searching(self, task: Task) -> dict[str, Protocol]:
        """The two protocols of a search, and stage 3's, which no search sees."""
        found = self.classes(task)
        zoo = self.app.zoo_prompts if self.models == "zoo" else None
        both = class_protocols(found) if found is not None else protocols(*search_prompts(zoo))
        bench = asking.relative(asking.Captions(tuple(self.lines), found or {}), found is not None, self.options.sizes)
        return {"quick": both["quick"], "final": _shorter(both["final"]), "bench": bench}

    @property
    def asked(self) -> str:
        """Stands for everything that the stages ask for, so that other prompts make another run."""
        sizes = self.options.sizes
        text = json.dumps([self.lines, sizes.prompts, sizes.pairs, sizes.blocks])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def asked_absolute(self) -> str:
        """The same for stage 2 alone."""
        return hashlib.blake2b(json.dumps(self.lines).encode(), digest_size=8).hexdigest()

    # who works

    @cached_property
    def scorer(self) -> SharedScorer:
        return SharedScorer(self.scorer_model, str(models.hub_home()))

    @contextlib.contextmanager
    def runner(self) -> Generator[Runner, None, None]:
        """A runner that hands out pictures as they are kept: reduced to what the scores look at."""
        with self._lock:
            lane = next(n for n in itertools.count() if n not in self._lanes)
            self._lanes.add(lane)
        one = Runner(self.python, self.models_home, self.threads, self.app.limits, lane, self.app.walls())
        one.reduce = smaller
        with self._lock:
            self._runners.append(one)
        try:
            yield one
        finally:
            with self._lock:
                there = one in self._runners
                self._lanes.discard(lane)
                if there:
                    self._runners.remove(one)
            if there:
                one.close()

    def open_bench(self) -> Bench:
        """A connection to the store of its own."""
        return Bench(Store(self.app.settings.home / "store.sqlite"))

    @contextlib.contextmanager
    def desk(
        self, run: Run, solver: Solver, calibrated: Mapping[str, Calibrated], bound: Callable[[Task], Threshold]
    ) -> Generator[Desk, None, None]:
        """A worker's place with a warm runner."""
        store = Store(self.app.settings.home / "store.sqlite")
        with self.runner() as runner:
            stages = Stages(
                runner=lambda: runner,
                scorer=lambda: self.scorer,
                compare=compare,
                bound=bound,
                limits=self.app.limits,
                max_drift=self.options.max_drift,
            )
            yield Desk(
                solver=solver,
                stages=stages,
                environment=self.environment,
                store=store,
                calibrated=calibrated,
                protocols=self.searching,
                budget=run.evaluations,
                clock=time.monotonic,
                recall=lambda task, code: recall(Bench(store), run, bound, task, code),
            )
        store.close()

    def hang_up(self) -> None:
        """End every candidate and runner at once, whoever waits for them."""
        with self._lock:
            ending, self._runners[:] = list(self._runners), []
        for one in ending:
            one.close()

    def close(self) -> None:
        """End every process that was started."""
        self.hang_up()
        if (scorer := self.__dict__.get("scorer")) is not None:
            scorer.close()


def smaller(made: Pictures) -> Pictures:
    """Pictures with the shorter side at about 256 pixels, as the store keeps them and the scorer sees them."""
    n, height, width, _ = made.shape
    parts = [reduced(made.one(i), height, width) for i in range(n)]
    pixels = b"".join(p[0] for p in parts)
    return Pictures(pixels, (n, parts[0][1], parts[0][2], 3), made.seconds, made.record)


def stage_lines(path: Path) -> list[str]:
    """One prompt a line, or the captions of a COCO annotation file. Raises UsageError with one sentence."""
    return prompts_in(path, _coco if path.suffix == ".json" else str.splitlines)


def _coco(text: str) -> Sequence[str]:
    """The first caption of each image of captions_val2014.json and its like, by image id."""
    first: dict[int, str] = {}
    for each in json.loads(text)["annotations"]:
        first.setdefault(int(each["image_id"]), " ".join(str(each["caption"]).split()))
    return [first[image] for image in sorted(first)]


def _shorter(final: Protocol) -> Protocol:
    """A confirmation inside a search, where 93 tasks wait: half the prompts and pairs of `optimize`."""
    n = _CONFIRM_PROMPTS
    few = {"prompts": final.prompts[:n], "seeds": final.seeds[:n], "labels": final.labels[:n]}
    few["looks"] = tuple(look for look in final.looks if look < n)  # a look beyond the last prompt has no pictures
    return final.model_copy(update={**few, **_CONFIRM})
