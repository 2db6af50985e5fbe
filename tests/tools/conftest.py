"""The judge's world: started once for all the tests of a file."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import SOURCE, World, protocol

from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Environment, Script
from diffagent_mcp.tools import device
from diffagent_mcp.tools.measure import interpreter
from diffagent_mcp.tools.measure.baseline import Baseline, Subject
from diffagent_mcp.tools.measure.judge import Judge
from diffagent_mcp.tools.measure.runner import Limits, Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.store.store import Store


@pytest.fixture(scope="module")
def world(runner: Runner, scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("judged")
    path = folder / "script.py"
    path.write_text(SOURCE)
    script = analyse(str(path), SOURCE)
    assert isinstance(script, Script)
    version, libraries = interpreter.versions(Path(sys.executable))
    environment = Environment(device=device.cpu(1), python=version, libraries=libraries)
    judge = Judge(
        subject=Subject(path, SOURCE, script.pipelines[0]),
        environment=environment,
        protocols={"quick": protocol("quick", 10), "final": protocol("final", 90)},
        runner=lambda: runner,
        scorer=lambda: scorer,
        store=Store(folder / "store.sqlite"),
        limits=Limits(load_s=60, image_s=120, memory_mb=12_000),
    )
    base = judge.baseline()
    assert isinstance(base, Baseline), base
    here = Situation(
        pipeline=script.pipelines[0],
        pipeline_class="StableDiffusionPipeline",
        device=environment.device.model_copy(update={"bf16": True}),
        libraries=libraries,
        steps=12,
        scheduler="DDIMScheduler",
        stages=base.profile.stages,
    )
    yield World(judge, script, here)
    judge.close()
