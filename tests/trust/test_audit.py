"""What `make audit` says of an answer, of no answer, and of an index that knows nothing."""

import json
from subprocess import CompletedProcess

from trust.audit import told


def test_holes_are_named_and_fail() -> None:
    found = {
        "dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, {"name": "b", "skip_reason": "?"}]
    }
    words, code = told(CompletedProcess([], 1, json.dumps(found), ""))
    assert code == 1 and "a 1: CVE-1" in words and "1 known holes in 1 packages, 1 unknown" in words


def test_what_cannot_be_asked_is_said_to_be_not_run() -> None:
    unknown = json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]})
    assert told(CompletedProcess([], 0, unknown, ""))[0].startswith("not run: the package index here")
    assert told(CompletedProcess([], 1, "", "Traceback\nConnectionError: no route")) == (
        "not run: pip-audit could not ask (ConnectionError: no route)",
        0,
    )
