"""The committed measurement keeps within the bounds of an honest stand-in, and the document shows it."""

import json
from pathlib import Path
from typing import Any

import pytest

from diffagent_mcp.bench.zoo import cache, tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "zoo.md"


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """What `python -m diffagent_mcp.bench.zoo evaluate` wrote."""
    return json.loads((cache.WEIGHTS / "measured.json").read_text(encoding="utf-8"))


def test_the_scorer_ranks_rightly(measured: dict[str, Any]) -> None:
    scorer = measured["scorer"]
    rows = {name: row["mean"] for name, row in scorer["rows"].items()}
    assert scorer["ranked_right"] >= 0.9
    assert rows["right caption"] > max(mean for name, mean in rows.items() if name.startswith("wrong"))
    assert rows["right caption"] > rows["blurred, sigma 8 px"] > rows["blurred, sigma 16 px"] > rows["noise"]


def test_sd15_follows_its_captions(measured: dict[str, Any]) -> None:
    made = measured["pipelines"]["sd15"]
    assert made["base"]["mean"] >= 0.95 * made["truth"]["mean"]
    assert made["base"]["sd"] <= 8
    assert made["seed_ssim"] <= 0.7


def test_hurrying_costs_sd15_quality(measured: dict[str, Any]) -> None:
    rows = measured["pipelines"]["sd15"]["rows"]
    assert rows["DDIM 25"]["loss"] <= 0.5
    assert 2.0 <= rows["DDIM 10"]["loss"] <= 4.0
    assert 8.0 <= rows["DDIM 6"]["loss"] <= 12.0
    assert rows["DPM++ 2M 20"]["loss"] <= 1.0
    assert all(rows[name]["loss"] > 2 * rows[name]["loss_se"] for name in ("DDIM 10", "DDIM 6", "DDIM 4"))
    steps = [rows[f"DDIM {count}"] for count in (25, 10, 6, 4)]
    assert [row["loss"] for row in steps] == sorted(row["loss"] for row in steps)
    assert [row["drift"] for row in steps] == sorted(row["drift"] for row in steps)


FLOORS = {"sd21": 0.95, "sdxl": 0.95, "dit256": 0.92, "dit512": 0.92, "pixart": 0.85, "sigma": 0.85, "controlnet": 0.95}
"""What part of the renders' score each pipeline reaches at least; docs/zoo.md says which ones are fair only."""


@pytest.mark.parametrize("name", FLOORS)
def test_every_pipeline_is_measured(name: str, measured: dict[str, Any]) -> None:
    made = measured["pipelines"][name]
    assert made["count"] >= 32
    assert made["base"]["mean"] >= FLOORS[name] * made["truth"]["mean"]
    rows = [made["rows"][f"{made['base_sampler']} {steps}"] for steps in (25, 10, 6)]
    assert [row["drift"] for row in rows] == sorted(row["drift"] for row in rows)
    assert rows[-1]["loss"] > rows[0]["loss"]


def test_the_measurement_is_of_these_files(measured: dict[str, Any]) -> None:
    sizes = {p.relative_to(cache.WEIGHTS).as_posix(): p.stat().st_size for p in cache.WEIGHTS.rglob("*.safetensors")}
    assert measured["bytes"] == sizes


def test_edges_are_followed(measured: dict[str, Any]) -> None:
    follows = measured["pipelines"]["controlnet"]["follows"]
    assert follows["given"]["mean"] > follows["left out"]["mean"]


def test_the_document_shows_this_measurement(measured: dict[str, Any]) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert tables.fill(text, measured) == text
