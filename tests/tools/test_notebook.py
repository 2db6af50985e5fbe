"""Notebooks as one script, and back again: what is not an edited cell stays byte for byte."""

import ast
import json
import random
from pathlib import Path
from typing import Any

import pytest
from corpus import SHAPES, analysed, edited
from factories import plan, step
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.analyse import Unreadable
from diffagent_mcp.tools.script.notebook import Notebook, read_notebook
from diffagent_mcp.tools.textfile import read

FULL = plan(step("sampler", name="dpmpp_2m", steps=20), step("deepcache", interval=3))


def notebook(name: str) -> Notebook:
    found = read_notebook(name, SHAPES[name].read_bytes().decode("utf-8"))
    assert isinstance(found, Notebook)
    return found


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


@pytest.mark.parametrize("name", ["notebook", "notebook_colab", "notebook_without"])
def test_what_is_not_changed_stays(name: str) -> None:
    one = notebook(name)
    ast.parse(one.python)
    assert one.filled(one.python) == one.text


def test_an_edit_goes_into_its_cells() -> None:
    one = notebook("notebook")
    made = one.filled(edited(one.python, FULL))
    before, after = sources(one.text), sources(made)
    assert len(before) == len(after)
    assert [n for n in range(len(before)) if before[n] != after[n]] == [2, 3]
    assert after[1] == "%pip install -q diffusers transformers\n!nvidia-smi"
    assert after[2].startswith("import torch\nfrom DeepCache import DeepCacheSDHelper\nfrom diffusers import ")
    assert after[3].startswith("%%time\n") and "num_inference_steps=20" in after[3] and after[3].endswith("\nimage")
    old, new = (json.loads(t) for t in (one.text, made))
    for cell in (*old["cells"], *new["cells"]):
        del cell["source"]
    assert old == new and "größere" in made
    again = read_notebook("again", made)
    assert isinstance(again, Notebook)
    assert again.filled(edited(again.python, FULL)) == made, "twice is once"
    assert again.filled(one.python) == one.text, "and back"


def test_a_source_that_is_one_string_stays_one() -> None:
    one = notebook("notebook_colab")
    made = one.filled(one.python.replace("num_inference_steps=2", "num_inference_steps=1"))
    assert made == one.text.replace("num_inference_steps=2", "num_inference_steps=1")
    assert "caf\\u00e9" in made and "files = !ls" in made


def test_of_two_members_of_one_name_the_last_counts() -> None:
    text = '{"cells": 7, "cells": [{"cell_type": "code", "source": "a = (", "source": ["a = 1\\n", "b = 2"]}]}'
    one = read_notebook("twice.ipynb", text)
    assert isinstance(one, Notebook) and [c.code for c in one.cells] == ["a = 1\nb = 2"]
    assert one.filled(one.python) == text
    assert one.filled(one.python.replace("b = 2", "b = 3")) == text.replace("b = 2", "b = 3")


def test_magics_are_no_python_and_come_back() -> None:
    one = notebook("notebook_colab")
    assert "    pass  #magic: !nvidia-smi" in one.python and "#magic: files = !ls" in one.python
    assert "\n#magic: %%bash\n#magic: ls -la\n" in one.python


def test_where_a_line_is() -> None:
    one = notebook("notebook")
    lines = one.python.splitlines()
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("image = pipe("))
    assert one.place(at) == (4, 3)
    assert analysed(one.python).pipelines[0].calls[0].start.line == at


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not a notebook that can be read"),
        ("[]", "not a notebook of format 4"),
        ("", "not a notebook that can be read"),
        ('{"worksheets": []}', "not a notebook of format 4"),
        ('{"cells": 3}', "not a notebook of format 4"),
        ('{"cells": "", "metadata": 3}', "not a notebook of format 4"),
        ("[" * 100_000, "not a notebook that can be read"),
        ('{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "language is R"),
        ('{"cells": [{"cell_type": "code", "source": "x ="}]}', "n.ipynb, cell 1, line 1: not Python"),
    ],
)
def test_what_cannot_be_read_is_answered(text: str, sentence: str, tmp_path: Path) -> None:
    found = read_notebook("n.ipynb", text)
    assert isinstance(found, Unreadable) and sentence in found.message
    (tmp_path / "n.ipynb").write_text(text)
    with pytest.raises(UsageError):
        read(tmp_path / "n.ipynb")


LINES = [
    "x = 1",
    "%time x",
    "if x:",
    "    !ls",
    "    y = 2",
    "y?",
    '"""',
    "a = (b",
    "    %c)",
    "# %% cell 2",
    "",
    "größe",
]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_any_notebook_comes_back_as_it_was(seed: int) -> None:
    rng = random.Random(seed)
    cells: list[Any] = []
    for _ in range(rng.randrange(4)):
        code = "\n".join(rng.choices(LINES, k=rng.randrange(5))) + rng.choice(["", "\n"])
        source = code.splitlines(keepends=True) if rng.random() < 0.5 else code
        cells.append({"cell_type": rng.choice(["code", "code", "markdown"]), "source": source, "metadata": {"a": [1]}})
    text = json.dumps({"cells": cells}, indent=rng.choice([None, 1, 2]), ensure_ascii=rng.random() < 0.5)
    one = read_notebook("n.ipynb", text)
    assert isinstance(one, Notebook | Unreadable)
    if isinstance(one, Notebook):
        assert one.filled(one.python) == text
        changed = one.filled(one.python.replace("x = 1", "x = 10"))
        assert sources(changed) == [
            s.replace("x = 1", "x = 10") if c["cell_type"] == "code" else s
            for s, c in zip(sources(text), cells, strict=True)
        ]
        back = read_notebook("n.ipynb", changed)
        assert isinstance(back, Notebook) and back.filled(one.python) == text


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters()))
def test_no_text_raises(text: str) -> None:
    assert isinstance(read_notebook("n.ipynb", text), Notebook | Unreadable)
