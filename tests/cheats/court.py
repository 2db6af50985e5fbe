"""A judge over one plain script on the zoo, and what it says of a cheat: for tests, and for the catch rate.

`python tests/cheats/court.py LABEL FILE.json` tries the unknown cheats and writes the rate under that label.
With `blind` as a third word the judge does not read their text, as if every trick in it were hidden.
"""

import json
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.types import Candidate, Environment, Evaluation, Plan, Protocol, Script, Verdict
from diffagent_mcp.tools import device
from diffagent_mcp.tools.measure import interpreter
from diffagent_mcp.tools.measure import judge as judging
from diffagent_mcp.tools.measure.baseline import Subject
from diffagent_mcp.tools.measure.judge import Judge
from diffagent_mcp.tools.measure.runner import Limits, Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.script.tricks import Trick
from diffagent_mcp.tools.store.store import Store

HERE = Path(__file__).parent
PLAIN = """\
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
"""
"""what every cheat claims to have made faster, without a word of how"""
_LIMITS = Limits(load_s=60, image_s=60, memory_mb=12_000)
_LOSS, _DRIFT, _TIE = 0.05, 0.35, 1.05


def prompts(name: str, count: int) -> tuple[str, ...]:
    """The first of the zoo's own prompts of a protocol."""
    lines = (cache.WEIGHTS.parent / "prompts" / f"{name}.txt").read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))[:count]


def protocol(name: str, first_seed: int, count: int = 4, pairs: int = 2) -> Protocol:
    """A small one: what is asked is whether a cheat shows, not how much a method gains."""
    seeds = tuple(range(first_seed, first_seed + count))
    return Protocol(name=name, prompts=prompts(name, count), seeds=seeds, pairs=pairs, spread=2, batch=4)  # type: ignore[arg-type]


def environment() -> Environment:
    """This interpreter on one processor."""
    version, libraries = interpreter.versions(Path(sys.executable))
    return Environment(device=device.cpu(1), python=version, libraries=libraries)


def judge(folder: Path, runner: Runner, scorer: Scorer, code: str = PLAIN) -> Judge:
    """The judge of `code`, with a store of its own."""
    path = folder / "script.py"
    path.write_text(code)
    script = analyse(str(path), code)
    assert isinstance(script, Script), script
    return Judge(
        subject=Subject(path, code, script.pipelines[0]),
        environment=environment(),
        protocols={"quick": protocol("quick", 1_000), "final": protocol("final", 50_000)},
        runner=lambda: runner,
        scorer=lambda: scorer,
        store=Store(folder / "store.sqlite"),
        limits=_LIMITS,
    )


@contextmanager
def court(folder: Path) -> Generator[Judge, None, None]:
    """A judge with processes of its own, which end with it."""
    home = cache.lay_out(cache.WEIGHTS, folder / "zoo")
    runner = Runner(Path(sys.executable), home, 1, _LIMITS)
    scorer = Scorer(f"local-dir:{cache.scorer_folder(cache.WEIGHTS)}")
    one = judge(folder, runner, scorer)
    try:
        yield one
    finally:
        one.close()
        runner.close()
        scorer.close()


def children(pid: int) -> list[int]:
    """Processes that a process started, and theirs."""
    return [p.pid for p in psutil.Process(pid).children(recursive=True)]


@dataclass(frozen=True)
class Ruling:
    """What a verdict means for who hoped to be believed."""

    kind: str
    """refused (with its reason), gate (the pictures are too far off), tie (it gains nothing), believed"""
    sentence: str

    @property
    def caught(self) -> bool:
        return self.kind != "believed"


def ruling(verdict: Verdict) -> Ruling:
    """Would `optimize` have called it a success?"""
    if not isinstance(verdict, Evaluation):
        return Ruling("refused", verdict.message)
    numbers = f"{verdict.speedup:.2f}x, loss {100 * verdict.loss:.1f}%, drift {verdict.drift:.2f}"
    if verdict.loss > _LOSS or verdict.drift > _DRIFT:
        return Ruling("gate", f"the pictures are too far from the script's: {numbers}")
    if verdict.speedup_interval.low <= _TIE:
        return Ruling("tie", f"no gain: {numbers}")
    return Ruling("believed", numbers)


def tried(one: Judge, code: str) -> Ruling:
    """The ruling on a candidate that names no method."""
    return ruling(one.evaluate(Candidate(plan=Plan(), code=code)))


def nothing(code: str, before: str) -> list[Trick]:
    """What a judge reads who cannot read."""
    return []


def rate(label: str, out: Path, blind: bool = False) -> None:
    """Try every unknown cheat, and write what came of each."""
    if blind:
        setattr(judging, "added", nothing)  # noqa: B010
    found: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder, court(Path(folder)) as one:
        for path in sorted((HERE / "unknown").glob("*.py")):
            said = tried(one, path.read_text())
            found[path.stem] = {"ruling": said.kind, "sentence": said.sentence.replace(folder, "")}
            print(path.stem, said.kind, said.sentence, flush=True)
    kept = json.loads(out.read_text()) if out.exists() else {}
    caught = sum(f["ruling"] != "believed" for f in found.values())
    kept[label] = {"caught": caught, "of": len(found), "cheats": found}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    rate(sys.argv[1], Path(sys.argv[2]), "blind" in sys.argv[3:])
