"""What a command may load before it answers. Counted in modules, since seconds say more of the machine than of us."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "sd15_text2img.py")
HEAVY = {"torch", "diffusers", "transformers", "numpy", "scipy", "matplotlib", "sqlite_utils", "pydantic_ai", "mcp"}
BUDGETS: dict[tuple[str, ...], int] = {
    ("--help",): 430,
    ("bench", "--help"): 490,
    ("methods",): 500,
    ("analyze", EXAMPLE): 570,
    ("estimate", EXAMPLE): 700,
}
"""about a tenth above what they loaded when this was written"""


@pytest.mark.parametrize("words", BUDGETS, ids=" ".join)
def test_a_command_loads_what_it_needs(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path))
    command = [sys.executable, "-X", "importtime", "-m", "diffagent_mcp", *words]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 0 and said.stdout, said.stderr[-1000:]
    costs = _costs(said.stderr)
    loaded = {name.partition(".")[0] for name, _ in costs}
    assert not loaded & HEAVY, f"{sorted(loaded & HEAVY)} need not be loaded for this"
    assert len(costs) <= BUDGETS[words], f"{len(costs)} modules; the dearest packages are {_dearest(costs)}"


def _costs(told: str) -> list[tuple[str, int]]:
    """Each module that was loaded, and what it cost by itself in microseconds."""
    rows = (
        line.removeprefix("import time:").split("|") for line in told.splitlines() if line.startswith("import time:")
    )
    return [(name.strip(), int(own)) for own, _, name in rows if own.strip().isdigit()]


def _dearest(costs: list[tuple[str, int]]) -> str:
    spent: Counter[str] = Counter()
    for name, own in costs:
        spent[".".join(name.split(".")[:2])] += own
    return ", ".join(f"{name} ({own / 1000:.0f} ms)" for name, own in spent.most_common(5))
