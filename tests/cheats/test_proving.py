"""`audit`, `verify` and `guard` as a person runs them: on real scripts, with the zoo."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import court
import pytest
from factories import evaluation
from typer.testing import CliRunner

from diffagent_mcp.knowledge.types import Candidate, Evaluation, Interval, Plan, Step
from diffagent_mcp.server import cli, guarding, verifying
from diffagent_mcp.server.app import build
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.measure.runner import Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.report.manifest import NAME, Manifest
from diffagent_mcp.tools.script.source import fingerprint

HERE = Path(__file__).parent
FAST = court.PLAIN.replace("=12", "=6")
PLAN = Plan(steps=(Step(method="sampler", params={"name": "keep", "steps": 6}),))


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command."""
    found = CliRunner().invoke(cli.app, [*words, "--models", "zoo"], catch_exceptions=False)
    return found.exit_code, found.stdout, found.stderr


def fixture(folder: Path, name: str, kind: str) -> Path:
    path = folder / f"{kind}.py"
    path.write_text((HERE / name / f"{kind}.py").read_text())
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "caught"),
    [
        ("06_fewer_steps", "steps"),
        ("21_best_seed", "outputs"),
        ("13_lucky_sample", "state"),
        ("05_lazy_output", "runs"),
    ],
)
def test_an_audit_needs_no_baseline_for_much(tmp_path: Path, name: str, caught: str) -> None:
    code, out, _ = run("audit", str(fixture(tmp_path, name, "cheat")), "--json")
    states = {f["check"]: f["state"] for f in json.loads(out)["findings"]}
    assert code == 1 and states[caught] == "caught", states
    code, out, _ = run("audit", str(fixture(tmp_path, name, "honest")))
    assert code == 0 and "Nothing was caught." in out


@pytest.mark.slow
def test_an_audit_beside_a_baseline_sees_who_slowed_it(tmp_path: Path) -> None:
    slow, cheat = (fixture(tmp_path, "11_slow_baseline", kind) for kind in ("baseline", "cheat"))
    code, out, _ = run("audit", str(cheat), "--baseline", str(slow), "--json")
    found = json.loads(out)
    states = {f["check"]: f["state"] for f in found["findings"]}
    assert code == 1 and states["baseline"] == "caught" and found["evaluation"] is not None
    plain = tmp_path / "plain.py"
    plain.write_text(court.PLAIN)
    code, out, _ = run("audit", str(cheat), "--baseline", str(plain), "--json")
    caught = [f for f in json.loads(out)["findings"] if f["state"] == "caught" and f["check"] != "luck"]
    assert caught == [], "two scripts that do the same may differ by chance only"


def test_an_audit_of_no_script_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.py"):
        run("audit", str(tmp_path / "gone.py"))


@pytest.fixture(scope="module")
def claimed(runner: Runner, scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manifest]:
    """Half of the steps, measured now and claimed."""
    judge = court.judge(tmp_path_factory.mktemp("claimed"), runner, scorer)
    candidate = Candidate(plan=PLAN, code=FAST)
    verdict = judge.evaluate(candidate, "final")
    assert isinstance(verdict, Evaluation), verdict
    yield manifest(candidate, verdict, judge)
    judge.close()


def manifest(candidate: Candidate, claim: Evaluation, judge: court.Judge) -> Manifest:
    return Manifest(
        made_by="test",
        script="script.py",
        pipeline="pipe",
        source=court.PLAIN,
        source_sha=fingerprint(court.PLAIN),
        candidate=candidate,
        code_sha=fingerprint(candidate.code),
        environment=judge.environment,
        protocol=judge.protocols["final"],
        claim=claim,
    )


def kept(folder: Path, one: Manifest) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_text(one.model_dump_json())
    return folder


@pytest.mark.slow
def test_a_true_claim_is_verified_and_a_false_one_is_not(claimed: Manifest, tmp_path: Path) -> None:
    code, out, _ = run("verify", str(kept(tmp_path / "true", claimed)), "--json")
    found = json.loads(out)
    assert code == 0 and found["holds"], out
    assert any("other weights" in s for s in found["differs"]), "the weights were not written into this claim"
    faster = claimed.claim.model_copy(update={"speedup": 9.0, "speedup_interval": Interval(low=8.5, high=9.5)})
    false = claimed.model_copy(update={"claim": faster})
    code, out, _ = run("verify", str(kept(tmp_path / "false", false)))
    assert code == 1 and "The claim does not hold" in out and "claimed 9.00x" in out


def test_a_report_that_was_changed_is_no_claim(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the folder"):
        verifying.read(tmp_path)
    (tmp_path / NAME).write_text("{}")
    with pytest.raises(UsageError, match="no manifest"):
        verifying.read(tmp_path)


def test_what_differs_is_said_with_what_it_means() -> None:
    there = court.environment()
    device = there.device.model_copy(update={"name": "another processor"})
    here = there.model_copy(update={"device": device, "libraries": {**there.libraries, "torch": "99"}})
    said = " | ".join(verifying.differences(there, here))
    assert "another speedup is no wonder" in said and "torch is 99 instead of" in said
    assert verifying.differences(there, there) == []


@pytest.mark.slow
def test_a_guard_passes_now_and_fails_when_the_script_is_sabotaged(tmp_path: Path) -> None:
    script = tmp_path / "script.accelerated.py"
    (tmp_path / "script.py").write_text(court.PLAIN)
    script.write_text(FAST)
    code, out, _ = run("guard", str(script))
    guard = tmp_path / "test_script_speed.py"
    assert code == 0 and str(guard) in out and "\nSPEEDUP = " in guard.read_text()
    assert pytest_on(guard) == 0
    script.write_text(FAST.replace("image =", "import time\ntime.sleep(0)\nimage =").replace("=6", "=48"))
    assert pytest_on(guard) == 1
    with pytest.raises(UsageError, match="there already"):
        run("guard", str(script))


def pytest_on(guard: Path) -> int:
    """The exit code of pytest on it, in a process of its own."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(guard)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(words, cwd=guard.parent, env=environment, capture_output=True, timeout=280).returncode


def test_a_guard_is_never_written_over_another_file(tmp_path: Path) -> None:
    script = tmp_path / "a.accelerated.py"
    script.write_text(FAST)
    app = build(Settings(home=tmp_path, models="zoo"))
    with pytest.raises(UsageError, match="name it with --baseline"):
        guarding.guard(app, guarding.Wanted(script), lambda _: None)
    (tmp_path / "a.py").write_text(court.PLAIN)
    (tmp_path / "mine.py").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        guarding.guard(app, guarding.Wanted(script, out=tmp_path / "mine.py"), lambda _: None)


def test_a_guard_says_its_numbers_at_its_top_and_where_its_scripts_are(tmp_path: Path) -> None:
    found = guarding.Guarded(evaluation=evaluation(speedup=2.5), environment=court.environment())
    out = tmp_path / "tests" / "test_it.py"
    text = guarding.text(tmp_path / "a.accelerated.py", tmp_path / "a.py", out, found)
    compile(text, "guard.py", "exec")
    assert "SPEEDUP = 2.50" in text and 'HERE / "../a.accelerated.py"' in text
