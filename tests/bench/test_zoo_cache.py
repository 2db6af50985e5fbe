"""The zoo laid out as a Hugging Face cache: names, links, and calling it twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from diffagent_mcp.bench.zoo import cache


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A made-up zoo of one pipeline with two ids."""
    folder = tmp_path / "weights"
    (folder / "small" / "unet").mkdir(parents=True)
    (folder / "small" / "model_index.json").write_text("{}")
    (folder / "small" / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"12")
    index = {"version": 1, "pipelines": {"small": {"ids": ["org/one", "org/two"], "folder": "small"}}, "scorer": "s"}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def snapshot_of(home: Path, model: str) -> Path:
    """The folder that refs/main of `model` names."""
    folder = home / "hub" / f"models--{model.replace('/', '--')}"
    return folder / "snapshots" / (folder / "refs" / "main").read_text()


def test_each_id_gets_both_names_of_the_weights(weights: Path, tmp_path: Path) -> None:
    home = cache.lay_out(weights, tmp_path / "home")
    for model in ("org/one", "org/two"):
        snapshot = snapshot_of(home, model)
        assert len(snapshot.name) == 40
        for name in ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"):
            assert (snapshot / "unet" / name).read_bytes() == b"12"
        assert (snapshot / "model_index.json").read_text() == "{}"
        assert (snapshot.parents[1] / "refs" / "fp16").read_text() == snapshot.name


def test_laying_out_again_changes_nothing(weights: Path, tmp_path: Path) -> None:
    home = cache.lay_out(weights, tmp_path / "home")
    before = {path: path.lstat().st_mtime_ns for path in home.rglob("*")}
    cache.lay_out(weights, home)
    assert {path: path.lstat().st_mtime_ns for path in home.rglob("*")} == before


def test_a_shared_part_is_laid_out_with_each_pipeline(weights: Path, tmp_path: Path) -> None:
    (weights / "other").mkdir()
    (weights / "other" / "model_index.json").write_text('{"other": 1}')
    index = json.loads((weights / "index.json").read_text())
    index["pipelines"]["other"] = {"ids": ["org/three"], "folder": "other", "shared": {"unet": "small/unet"}}
    (weights / "index.json").write_text(json.dumps(index))
    home = cache.lay_out(weights, tmp_path / "home")
    unet = snapshot_of(home, "org/three") / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    assert unet.read_bytes() == b"12"
    (weights / "small" / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"34")
    assert snapshot_of(cache.lay_out(weights, home), "org/three") != unet.parents[1]


def test_new_weights_get_a_new_revision(weights: Path, tmp_path: Path) -> None:
    home = cache.lay_out(weights, tmp_path / "home")
    old = snapshot_of(home, "org/one")
    (weights / "small" / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"34")
    cache.lay_out(weights, home)
    new = snapshot_of(home, "org/one")
    assert new != old
    assert (new / "unet" / "diffusion_pytorch_model.fp16.safetensors").read_bytes() == b"34"


def test_links_broken_by_a_moved_checkout_are_mended(weights: Path, tmp_path: Path) -> None:
    home = cache.lay_out(weights, tmp_path / "home")
    moved = weights.rename(tmp_path / "elsewhere")
    assert not (snapshot_of(home, "org/one") / "model_index.json").is_file()
    cache.lay_out(moved, home)
    assert (snapshot_of(home, "org/one") / "model_index.json").read_text() == "{}"
    assert not list((home / "hub").glob(".zoo-*"))


def test_files_are_copied_where_links_are_not_possible(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    snapshot = snapshot_of(cache.lay_out(weights, tmp_path / "home"), "org/one")
    assert not (snapshot / "model_index.json").is_symlink()
    assert (snapshot / "model_index.json").read_text() == "{}"


def test_an_index_of_another_version_is_refused(weights: Path) -> None:
    (weights / "index.json").write_text('{"version": 2}')
    with pytest.raises(cache.BadIndex, match="version 2"):
        cache.read_index(weights)


def test_the_repository_holds_what_its_index_lists() -> None:
    for pipeline in cache.read_index():
        places = {place.as_posix() for place in cache.files_of(cache.WEIGHTS, pipeline)}
        assert places & {"model_index.json", "config.json"}
    assert (cache.scorer_folder() / "open_clip_config.json").is_file()


def test_the_cache_needs_no_torch() -> None:
    code = "import sys, diffagent_mcp.bench.zoo.cache, diffagent_mcp.bench.zoo.tables; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
