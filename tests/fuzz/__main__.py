"""`PYTHONPATH=tests python -m fuzz [--seconds 60] [--target NAME]`: fuzz, and add what was run to docs/results/trust.

Needs atheris (`pip install atheris`; there are wheels for Linux and Python 3.11 to 3.13). What is found is left as a
file beside the corpus, and its name is said.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .seeds import of
from .targets import TARGETS

RECORD = Path(__file__).parents[2] / "docs" / "results" / "trust" / "fuzz.json"
_OPTIONS = ("-print_final_stats=1", "-timeout=30", "-rss_limit_mb=4096", "-max_len=4096", "-verbosity=1")
_RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


@dataclass(frozen=True)
class Ran:
    """One target, one run."""

    target: str
    at: str
    seconds: float
    executions: int
    covered: int
    corpus: int
    crashed: bool


def main() -> int:
    """Run each target for so long; 1 where something was found."""
    asked = _arguments()
    if importlib.util.find_spec("atheris") is None:
        print("skipped: atheris is not installed for this interpreter; `pip install atheris`, or give FUZZ_PYTHON")
        return 0
    ran = [one(name, asked.seconds, asked.corpus) for name in ([asked.target] if asked.target else TARGETS)]
    before = json.loads(asked.record.read_text()) if asked.record.exists() else []
    asked.record.parent.mkdir(parents=True, exist_ok=True)
    asked.record.write_text(json.dumps([*before, *map(asdict, ran)], indent=1) + "\n")
    return int(any(r.crashed for r in ran))


def one(name: str, seconds: int, corpus: Path) -> Ran:
    """A target in its own process, from its seeds and what earlier runs added to them."""
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(of(name)):
        (folder / f"seed-{number:04d}").write_bytes(seed)
    options = [*_OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={corpus}/{name}-"]
    began = time.monotonic()
    child = [sys.executable, "-m", "fuzz.child", name, str(folder), *options]
    done = subprocess.run(child, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    (corpus / f"{name}.log").write_text(done.stdout)
    found = _read(name, done.stdout, time.monotonic() - began, done.returncode != 0)
    print(f"{name}: {found.executions} executions in {found.seconds:.0f} s" + (", FOUND" if found.crashed else ""))
    return found


def _read(name: str, said: str, seconds: float, crashed: bool) -> Ran:
    """What libFuzzer said of a run."""
    executed, covered = _RUNS.findall(said), _COVERED.findall(said)
    at = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    lines, _, corpus = map(int, covered[-1]) if covered else (0, 0, 0)
    return Ran(name, at, round(seconds, 1), int(executed[-1]) if executed else 0, lines, corpus, crashed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", choices=sorted(TARGETS))
    parser.add_argument("--corpus", type=Path, default=Path("build") / "fuzz", help="what was reached so far")
    parser.add_argument("--record", type=Path, default=RECORD)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
