"""The wheel holds what it should, and runs from where it was installed."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
FOLDERS = ("knowledge", "agents", "tools", "server", "bench")
DATA = (
    "py.typed",
    "knowledge/data/captions.txt",
    "tools/report/templates/report.html.j2",
    "tools/report/templates/report.css",
    "bench/zoo/prompts/quick.txt",
    "bench/zoo/prompts/final.txt",
    "bench/zoo/weights/index.json",
)
MOST_BYTES = 60_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built in this process and without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip put the wheel alone; its dependencies come from the environment of the tests."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True)
    return folder


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def tracked(folder: str) -> set[str]:
    """Source files of a folder, as they should stand in the wheel."""
    found = (ROOT / folder).rglob("*.py")
    return {f"diffagent_mcp/{p.relative_to(ROOT).as_posix()}" for p in found if "__pycache__" not in p.parts}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_of_every_folder_is_in_the_wheel(wheel: Path, folder: str) -> None:
    missing = tracked(folder) - set(names(wheel))
    assert tracked(folder) and not missing


@pytest.mark.parametrize("name", DATA)
def test_data_files_are_in_the_wheel(wheel: Path, name: str) -> None:
    assert f"diffagent_mcp/{name}" in names(wheel)


def test_the_zoos_weights_are_in_the_wheel(wheel: Path) -> None:
    weights = {p.relative_to(ROOT).as_posix() for p in (ROOT / "bench/zoo/weights").rglob("*") if p.is_file()}
    assert any(w.endswith(".safetensors") for w in weights)
    assert {f"diffagent_mcp/{w}" for w in weights} <= set(names(wheel))


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    tops = {tuple(n.split("/")[:2]) for n in names(wheel)}
    ours = {part for top, part in tops if top == "diffagent_mcp"}
    assert {top for top, _ in tops if not top.endswith(".dist-info")} == {"diffagent_mcp"}
    assert ours == {*FOLDERS, "__init__.py", "__main__.py", "py.typed"}
    assert not [n for n in names(wheel) if re.search(r"(^|/)(tests?|__pycache__)/", n)]


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES


def run(installed: Path, where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed copy, from a folder that is not the checkout; PYTHONPATH comes before the editable install."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "DIFFAGENT_HOME")}
    environment = {**kept, "PYTHONPATH": str(installed), "HOME": str(where), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=where, env=environment, capture_output=True, text=True, timeout=120
    )


def test_the_installed_copy_is_the_one_that_is_imported(installed: Path, tmp_path: Path) -> None:
    code = "import diffagent_mcp, diffagent_mcp.server.cli as c; print(diffagent_mcp.__file__, c.__file__)"
    found = run(installed, tmp_path, "-c", code).stdout.split()
    assert len(found) == 2 and all(Path(f).is_relative_to(installed) for f in found)


def test_the_installed_copy_says_its_version(installed: Path, tmp_path: Path) -> None:
    said = run(installed, tmp_path, "-m", "diffagent_mcp", "--version")
    declared = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert declared and (said.returncode, said.stdout.strip()) == (0, declared.group(1))


def test_the_installed_copy_analyses_a_script(installed: Path, tmp_path: Path) -> None:
    script = tmp_path / "draw.py"
    script.write_text((ROOT / "examples" / "sd15_text2img.py").read_text())
    said = run(installed, tmp_path, "-m", "diffagent_mcp", "analyze", "draw.py")
    assert said.returncode == 0, said.stderr
    assert "StableDiffusionPipeline in pipe" in said.stdout


def test_the_installed_zoo_can_be_laid_out(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from diffagent_mcp.bench.zoo import cache; "
        "from diffagent_mcp.tools import models; "
        "print(*models.pipelines_at_hand(cache.lay_out(cache.WEIGHTS, Path('zoo'))))"
    )
    said = run(installed, tmp_path, "-c", code)
    assert "stable-diffusion-v1-5/stable-diffusion-v1-5" in said.stdout, said.stderr
