"""Shared fixtures. Tests never touch the person's own state: home, settings and caches are temporary."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffagent_mcp.tools.measure.runner import Limits, Runner
from diffagent_mcp.tools.measure.scorer import Scorer

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One DIFFAGENT_HOME for the whole run, so that the zoo is laid out once."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def own_state(state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("DIFFAGENT_HOME", str(state))
    monkeypatch.setenv("DIFFAGENT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    yield


@pytest.fixture(scope="session")
def zoo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face home with the zoo's models under their hub names."""
    from diffagent_mcp.bench.zoo import cache

    return cache.lay_out(cache.WEIGHTS, tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="session")
def runner(zoo_home: Path) -> Iterator[Runner]:
    """One warm parent for all tests that run scripts; each script gets its own process."""
    one = Runner(Path(sys.executable), zoo_home, 1, Limits(load_s=60, image_s=120, memory_mb=12_000))
    yield one
    one.close()


@pytest.fixture(scope="module")
def scorer() -> Iterator[Scorer]:
    """The zoo's scorer in its own process."""
    from diffagent_mcp.bench.zoo import cache

    one = Scorer(f"local-dir:{cache.scorer_folder(cache.WEIGHTS)}")
    yield one
    one.close()
