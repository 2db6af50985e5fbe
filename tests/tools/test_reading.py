"""What a runner says becomes a typed failure with one sentence; its words stay evidence."""

from typing import Any

import pytest

from diffagent_mcp.tools.measure.reading import clean, failure_of, gone
from diffagent_mcp.tools.measure.worker import wire


def said(error: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"op": "failed", "kind": "raised", "error": error, "message": message, "line": 7, "stage": "load", **more}


@pytest.mark.parametrize(
    ("message", "log", "kind", "sentence"),
    [
        (said("ZeroDivisionError", "division by zero"), "", "crashed", "ZeroDivisionError at line 7: division by zero"),
        (said("EOFError", "EOF when reading a line"), "", "needs_input", "waits for someone to type at line 7"),
        (
            said("SystemExit", code=2),
            "usage: x.py\nx.py: error: required: --prompt",
            "needs_input",
            "required: --prompt",
        ),
        (said("SystemExit", code=0), "", "never_called", "exited at line 7 before it called"),
        (said("MemoryError"), "", "out_of_memory", "out of memory at line 7"),
        (
            said("RuntimeError", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 40 bytes"),
            "",
            "out_of_memory",
            "can't allocate memory",
        ),
        (said("OutOfMemoryError", "CUDA out of memory. Tried 2 GiB"), "", "out_of_memory", "CUDA out of memory"),
        (
            said("OSError", "nobody/no-such-model does not appear to have a file named model_index.json"),
            "",
            "model_missing",
            "the model nobody/no-such-model is not on this machine",
        ),
        (said("NoPrompt", "the call passes no text prompt"), "", "unscorable", "no text prompt"),
        ({"op": "failed", "kind": "never_called"}, "", "never_called", "ended before it called a pipeline"),
    ],
)
def test_what_is_said(message: dict[str, Any], log: str, kind: str, sentence: str) -> None:
    failure = failure_of(message, log, 1000.0)
    assert failure.kind == kind and sentence in failure.message
    assert "\n" not in failure.message


@pytest.mark.parametrize(
    ("error", "ended", "kind", "sentence"),
    [
        (wire.Late(), {"signal": 9}, "timed_out", "no answer after 5 s of making a picture"),
        (wire.Malformed("x"), {}, "crashed", "something else than pictures"),
        (wire.Closed(), {"signal": 11}, "crashed", "the process died (SIGSEGV)"),
        (wire.Closed(), {"signal": 25}, "crashed", "beyond the size limit"),
        (wire.Closed(), {}, "crashed", "the process died (exit)"),
    ],
)
def test_what_is_not_said(error: Exception, ended: dict[str, Any], kind: str, sentence: str) -> None:
    failure = gone(error, "call", 5, "", ended, None)
    assert failure.kind == kind and sentence in failure.message


def test_evidence_is_bounded_and_has_no_escapes() -> None:
    hostile = "\x1b[2J\x1b]0;title\x07 a\u202eb \x00" + "z" * 9000
    assert clean(hostile).isprintable() and len(clean(hostile)) <= 2000


def test_hostile_fields_do_not_break_the_reader() -> None:
    failure = failure_of({"op": "failed", "error": ["x"], "message": {"a": 1}, "line": "9", "stage": "?"}, "", None)
    assert failure.kind == "crashed"


@pytest.mark.parametrize("error", ["Refused", "NoPrompt"])
def test_who_refuses_without_a_word_still_gets_a_sentence(error: str) -> None:
    """Found by the fuzzer: a record with no message made a failure that said nothing."""
    assert failure_of({"error": error}, "", None).message
