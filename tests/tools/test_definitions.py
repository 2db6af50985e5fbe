"""Functions of our own in a person's file: once, behind the imports, seen by whatever uses them."""

import ast
from pathlib import Path

import pytest
from corpus import EVERY, analysed, text

from diffagent_mcp.knowledge.types import Change, EditRefused, Import
from diffagent_mcp.tools.script.edit import apply

ADAPTER = '''def keep_fresh(pipe):
    """Forget the cache between two requests."""
    torch.manual_seed(0)
    return pipe'''
CHANGE = Change(
    imports=(Import(module="torch"),), definitions=(ADAPTER, "LIMIT = 3"), setup=("{pipe} = keep_fresh({pipe})",)
)
LOAD = "from diffusers import DiTPipeline\n"
BUILT = 'pipe = DiTPipeline.from_pretrained("a/b")\npipe([1])\n'


def written(code: str, change: Change = CHANGE) -> str:
    script = analysed(code)
    made = apply(code, script, script.pipelines[0].name, change)
    assert isinstance(made, str), made
    return made


@EVERY
def test_definitions_go_behind_the_imports_once(path: Path) -> None:
    code = text(path)
    made = written(code)
    names = [s.name for s in ast.parse(made).body if isinstance(s, ast.FunctionDef) and s.name == "keep_fresh"]
    assert names == ["keep_fresh"] and written(made) == made
    body = ast.parse(made).body
    at = next(n for n, s in enumerate(body) if isinstance(s, ast.FunctionDef) and s.name == "keep_fresh")
    assert any(isinstance(s, ast.Import) and "torch" in [a.name for a in s.names] for s in body[:at])
    assert made.count("\r\n") in (0, made.count("\n"))


def test_blank_lines_around_them() -> None:
    made = written(LOAD + "\n" + BUILT)
    expected = f"import torch\n{LOAD}\n\n{ADAPTER}\n\n\nLIMIT = 3\n\n\npipe = DiTPipeline"
    assert made.startswith(expected)


@pytest.mark.parametrize(
    "code",
    [
        '"""What it does."""\nimport diffusers\npipe = diffusers.DiTPipeline.from_pretrained("a")\npipe([1])\n',
        LOAD
        + "if __name__ == '__main__':\n    import torch\n    pipe = DiTPipeline.from_pretrained('a')\n    pipe([1])\n",
        "def main():\n    import torch\n    from diffusers import DiTPipeline as D\n"
        "    D.from_pretrained('a')([1])\nmain()\n",
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n" + LOAD + BUILT,
        LOAD + "import sys; import os\n" + BUILT,
        "#!/usr/bin/env python\n# a comment\n" + LOAD + BUILT + "import torch\n",
    ],
)
def test_odd_heads(code: str) -> None:
    made = written(code)
    body = ast.parse(made).body
    at = next(n for n, s in enumerate(body) if isinstance(s, ast.FunctionDef) and s.name == "keep_fresh")
    before = ast.unparse(ast.Module(body[:at], type_ignores=[]))
    assert "import torch" in before and "from_pretrained" not in before and written(made) == made


@pytest.mark.parametrize("other", ["keep_fresh = print", "def keep_fresh(pipe): return 1", "import keep_fresh"])
def test_a_name_that_is_taken_is_refused(other: str) -> None:
    code = LOAD + other + "\n" + BUILT
    refused = apply(code, analysed(code), "pipe", CHANGE)
    assert isinstance(refused, EditRefused) and "calls something else keep_fresh at line 2" in refused.message


def test_a_name_of_somebody_elses_function_is_no_matter() -> None:
    made = written(LOAD + "def other():\n    keep_fresh = 1\n    return keep_fresh\n" + BUILT)
    assert "\ndef keep_fresh(pipe):" in made


def test_a_long_statement_gets_a_line_an_argument() -> None:
    config = "Config(first_long_parameter=(100, 800), second_long_parameter=(100, 800), third=3)"
    statement = f"{{pipe}}.enable(first, name='one', config={config}, fourth_long_parameter=4)"
    made = written(LOAD + BUILT, Change(setup=(statement,)))
    assert made.endswith(
        f"pipe.enable(\n    first,\n    name='one',\n    config={config},\n    fourth_long_parameter=4,\n)\npipe([1])\n"
    )
    assert written(made, Change(setup=(statement,))) == made
    longer = statement.replace("third=3", "third=" + "3" * 60)
    deep = written(LOAD + BUILT, Change(setup=(longer,)))
    assert "    config=Config(\n        first_long_parameter=(100, 800),\n" in deep and "\n    ),\n    fourth" in deep
    assert written(deep, Change(setup=(longer,))) == deep
