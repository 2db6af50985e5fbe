"""The runner works under the project's own interpreter, with diffusers alone: nothing of ours is installed there."""

import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import run

SCRIPT = """
import importlib.util, sys
for ours in ("diffagent_mcp", "sqlite_utils", "platformdirs", "tomesd", "open_clip"):
    assert importlib.util.find_spec(ours) is None, ours
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe("a red circle on a white background", num_inference_steps=4).images[0].save("x.png")
"""


def closure(*roots: str) -> set[str]:
    """The installed distributions that `roots` need, themselves included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = re.split(r"[\s;<>=!~\[(]", waiting.pop())[0].lower().replace("_", "-")
        if name in found:
            continue
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [n for n in needed if "extra ==" not in n]
    return found


def links(name: str) -> Iterator[Path]:
    """Top-level files and folders of a distribution in our site-packages."""
    distribution = importlib.metadata.distribution(name)
    tops = {f.parts[0] for f in distribution.files or [] if not f.parts[0].startswith("..")}
    yield from (Path(str(distribution.locate_file(t))) for t in tops)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with a virtual environment of its own, holding diffusers and what it needs."""
    folder = tmp_path_factory.mktemp("project")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
    (site,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    for name in closure("diffusers", "transformers", "accelerate", "torch"):
        for item in links(name):
            if item.exists() and not (site / item.name).exists():
                (site / item.name).symlink_to(item)
    (folder / "draw.py").write_text(SCRIPT)
    return folder


def test_a_script_is_measured_in_its_own_environment(project: Path) -> None:
    found = run("profile", project / "draw.py", "--models", "zoo", "--json")
    assert found.returncode == 0, found.stderr
    environment = json.loads(found.stdout)["environment"]
    assert "diffusers" in environment["libraries"] and "tomesd" not in environment["libraries"]
    assert str(project / ".venv") in found.stderr
    assert sorted(p.name for p in project.iterdir()) == [".venv", "draw.py"], "nothing is left behind"


def test_a_method_whose_library_is_missing_there_is_offered_with_its_install_line(project: Path) -> None:
    found = run("doctor", project / "draw.py", "--json")
    unusable = json.loads(found.stdout)["unusable"]
    assert "pip install tomesd" in unusable["tome"] and "pip install DeepCache" in unusable["deepcache"]
    assert unusable["sampler"] == ""
