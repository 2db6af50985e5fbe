"""Words of the command line as values; every complaint is one sentence that says what to do."""

import pytest

from diffagent_mcp.server import parsing, wishes
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.measure.start import Entry


@pytest.mark.parametrize(("text", "value"), [("2", 2.0), ("2x", 2.0), ("1.5X", 1.5), ("1,5×", 1.5), (" 3 x ", 3.0)])
def test_speedups(text: str, value: float) -> None:
    assert parsing.times(text) == value


@pytest.mark.parametrize("text", ["0", "1", "-2", "fast", "", "2y", "inf", "nan", "1e9", "0.5"])
def test_what_is_no_speedup(text: str) -> None:
    with pytest.raises(UsageError, match="a number above 1"):
        parsing.times(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.8s", 0.8), ("800ms", 0.8), ("90", 90.0), ("5min", 300.0), ("1,5 s", 1.5), (".5", 0.5)]
)
def test_times(text: str, value: float) -> None:
    assert parsing.seconds(text, "--latency") == pytest.approx(value)


@pytest.mark.parametrize("text", ["0", "-1s", "soon", "5 parsecs", ""])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="give a time above 0"):
        parsing.seconds(text, "--latency")


def test_the_target() -> None:
    assert parsing.target(None, None, 0.05, 0.35, "default").speedup == 2.0
    assert parsing.target(None, "800ms", 0.05, 0.35, "default").latency_s == pytest.approx(0.8)
    assert parsing.target("3", None, 0.05, 0.35, "paper").max_drift is None
    with pytest.raises(UsageError, match="not both"):
        parsing.target("2", "1s", 0.05, 0.35, "default")
    with pytest.raises(UsageError, match="--gate"):
        parsing.target("2", None, 0.05, 0.35, "strict")
    with pytest.raises(UsageError, match="--max-loss"):
        parsing.target("2", None, 7.0, 0.35, "default")


def test_method_lists() -> None:
    known = ["deepcache", "fused_qkv"]
    assert wishes.slugs("deepcache, Fused-QKV", known) == ("deepcache", "fused_qkv")
    assert wishes.slugs(None, known) is None
    with pytest.raises(UsageError, match="unknown method 'warp'; the methods are deepcache, fused_qkv"):
        wishes.slugs("warp", known)


def test_a_request_is_read_from_the_command_line() -> None:
    assert parsing.entry(None, None) is None
    assert parsing.entry(" POST /x ", '{"prompt": "a"}') == Entry(call="POST /x", request={"prompt": "a"})
    for call, request in ((None, "{}"), ("f", "{"), ("f", "[1]")):
        with pytest.raises(UsageError, match="--request"):
            parsing.entry(call, request)
