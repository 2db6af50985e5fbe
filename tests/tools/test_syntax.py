"""Many threads read scripts at once, as the clients of one server do."""

import ast
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from diffagent_mcp.tools.script import syntax
from diffagent_mcp.tools.script.analyse import analyse

TEXT = (Path(__file__).parents[2] / "examples/sd15_text2img.py").read_text()


def test_threads_that_parse_at_once_all_get_their_tree() -> None:
    """Without the lock, about one in some hundred fails on Python 3.11 and older."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(16) as many:
            texts = [TEXT + "\n" * (n % 7) for n in range(150)]
            found = list(many.map(partial(analyse, "draw.py"), texts))
    finally:
        sys.setswitchinterval(before)
    assert {type(one) for one in found} == {type(found[0])} and len(found) == 150


def test_a_tree_is_pythons_own() -> None:
    assert ast.dump(syntax.module("a = 1")) == ast.dump(ast.parse("a = 1"))
    assert isinstance(syntax.expression("f(1)"), ast.Call)
