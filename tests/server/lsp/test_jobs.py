"""Jobs from an editor: started, followed, cancelled, listed, shown and applied. What they find stands in the store."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import COMMAND, Editor, opened, until
from factories import evaluation, plan, step, trial
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from talking import FASTER, SOURCE, finished

from diffagent_mcp.knowledge.types import Candidate, Target
from diffagent_mcp.server.jobs import codes
from diffagent_mcp.server.jobs.points import point
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.store import jobs
from diffagent_mcp.tools.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vscode(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Editor, None]:
    folder, home = tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("home")
    one = await opened("visual-studio-code", folder, home, COMMAND)
    yield one
    await one.close()


def searched(editor: Editor, name: str, id: str, **found: object) -> str:
    """A search that has found faster code for a script, which is then opened; the script's address."""
    finished(load({"models": "zoo", "home": editor.home}), editor.folder / name, id, **found)
    return editor.open(name, SOURCE)


async def test_jobs_of_a_chat_show_in_the_editor(vscode: Editor) -> None:
    vscode.notified.clear()
    vscode.refreshed.clear()
    numbers = {"speedup": 2.0, "baseline_s": 1.25}
    uri = searched(vscode, "listed.py", "aaa1", winner=2, numbers=numbers, where="zoo models, test cpu")
    await until(lambda: vscode.notified)
    await until(lambda: lsp.WORKSPACE_CODE_LENS_REFRESH in vscode.refreshed)
    listed = (await vscode.ask("jobs", uri=uri)).jobs
    assert [(j.id, j.kind, j.state, j.good, j.sentence) for j in listed] == [
        ("aaa1", "optimize", "done", True, "2x faster")
    ]
    assert (await vscode.ask("jobs", uri=vscode.folder.joinpath("other.py").as_uri())).jobs == []
    lenses = await vscode.client.text_document_code_lens_async(lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri)))
    timed = [lens.command.title for lens in lenses or () if lens.range.start.line == 3 and lens.command]
    assert timed == ["1.25 s an image, measured just now, before the last changes on zoo models, test cpu"]
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
    hints = await vscode.client.text_document_inlay_hint_async(
        lsp.InlayHintParams(lsp.TextDocumentIdentifier(uri), whole)
    )
    assert [h.label for h in hints or ()] == ["≈1.25 s"]


async def test_one_job_is_shown_with_its_candidates(vscode: Editor) -> None:
    pictures = vscode.home / "pictures"
    pictures.mkdir()
    for name, content in (("01.before.png", b"b"), ("01.after.png", b"a"), ("01.txt", b"a cat")):
        (pictures / name).write_bytes(content)
    report = vscode.home / "report.html"
    report.write_text("<h1>")
    searched(vscode, "shown.py", "aaa2", winner=1, report=str(report))
    store = Store(vscode.home / "store.sqlite")
    heard = trial(1, plan(step("tome")), evaluation(2.4, 0.01, 0.1))
    jobs.say(store, "aaa2", "evaluation", point(heard, Target(speedup=2.0)).model_dump_json())
    one = await vscode.ask("job", job="aaa2")
    (candidate,) = one.candidates
    assert (one.winner, candidate.number, candidate.speedup, candidate.met, candidate.front) == (1, 1, 2.4, True, True)
    assert one.said == ["evaluation"] and one.target.max_loss == 0.05
    assert [(p.prompt, Path(p.after).read_bytes()) for p in one.pictures] == [("a cat", b"a")]
    assert (await vscode.run("showReport", job="aaa2"))["path"] == str(report)
    assert vscode.client.shown_documents[-1].uri == report.as_uri()
    with pytest.raises(JsonRpcException, match="there is no job zzz"):
        await vscode.ask("job", job="zzz")


async def test_a_candidate_can_be_compared_while_the_search_runs(vscode: Editor) -> None:
    searched(vscode, "running.py", "aaa6")
    with pytest.raises(JsonRpcException, match="job aaa6 has no code of a candidate 1"):
        await vscode.ask("candidate", job="aaa6", number=1)
    made = Candidate(plan=plan(step("tome")), code=FASTER)
    codes.keep(
        vscode.home / "jobs" / "aaa6",
        trial(1, plan(step("tome")), evaluation(2.4)).model_copy(update={"candidate": made}),
    )
    shown = await vscode.ask("candidate", job="aaa6", number=1)
    assert (shown.code, shown.before) == (FASTER, SOURCE) and "+++" in shown.diff


async def test_the_winner_is_applied_as_an_edit_to_look_at(vscode: Editor) -> None:
    searched(vscode, "applied.py", "aaa3")
    answer = await vscode.run("apply", job="aaa3")
    assert answer["applied"] and "save it" in answer["sentence"]
    edit = vscode.edits[-1]
    assert edit.change_annotations and all(n.needs_confirmation for n in edit.change_annotations.values())
    (change,) = list(edit.document_changes or ())
    assert isinstance(change, lsp.TextDocumentEdit) and change.text_document.version == 1
    assert "num_inference_steps=4" in change.edits[0].new_text and len(change.edits) == 1  # type: ignore[union-attr]
    assert (vscode.folder / "applied.py").read_text() == SOURCE  # the client writes, not the server


async def test_the_winner_is_a_code_action(vscode: Editor) -> None:
    uri = searched(vscode, "action.py", "aaa5", numbers={"speedup": 2.25})
    context = lsp.CodeActionContext(diagnostics=[], only=["refactor.rewrite.diffagent"])
    at = lsp.Range(lsp.Position(3, 10), lsp.Position(3, 10))
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), at, context)
    found = {a.title: a for a in await vscode.client.text_document_code_action_async(params) or ()}
    action = found["DiffAgent: take what job aaa5 found, 2.25x"]
    assert isinstance(action, lsp.CodeAction)
    edit = (await vscode.client.code_action_resolve_async(action)).edit
    assert edit is not None and edit.change_annotations
    (change,) = list(edit.document_changes or ())
    assert isinstance(change, lsp.TextDocumentEdit) and "num_inference_steps=4" in change.edits[0].new_text  # type: ignore[union-attr]


async def test_it_is_not_applied_to_another_text(vscode: Editor) -> None:
    uri = searched(vscode, "changed.py", "aaa4")
    vscode.type(uri, 2, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), "# mine\n")
    before = len(vscode.edits)
    assert "has changed since" in (await vscode.run("apply", job="aaa4"))["sentence"]
    assert len(vscode.edits) == before


async def test_what_was_accelerated_is_taken_out(vscode: Editor) -> None:
    (vscode.folder / "back.py.orig").write_text(SOURCE)
    uri = vscode.open("back.py", FASTER)
    assert (await vscode.run("revert", uri=uri))["applied"]
    (change,) = list(vscode.edits[-1].document_changes or ())
    assert isinstance(change, lsp.TextDocumentEdit)
    assert [e.new_text for e in change.edits if not isinstance(e, lsp.SnippetTextEdit)] == [SOURCE.splitlines(True)[3]]


async def test_a_job_is_started_once_followed_and_cancelled(vscode: Editor) -> None:
    uri = vscode.open("started.py", SOURCE)
    job = (await vscode.run("profile", uri=uri))["job"]
    assert (await vscode.run("profile", uri=uri))["job"] == job
    reports = vscode.client.progress_reports
    await until(lambda: any(reports.values()))
    (token,) = reports
    assert reports[token][0].title == "Profile started.py"  # type: ignore[union-attr]
    vscode.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    await until(lambda: any(isinstance(r, lsp.WorkDoneProgressEnd) for r in reports[token]))
    assert (await vscode.ask("job", job=job)).state == "cancelled"
    assert (await vscode.run("cancel", job=job))["state"] == "cancelled"


async def test_an_untrusted_workspace_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    options = {"restricted": True, "accelerateCommand": "mine.accelerate", "speedup": 3}
    one = await opened("visual-studio-code", tmp_path / "work", tmp_path / "home", COMMAND, **options)
    uri = one.open("draw.py", SOURCE)
    try:
        for command in ("profile", "optimize"):
            assert "not trusted" in (await one.run(command, uri=uri))["sentence"]
        lenses = await one.client.text_document_code_lens_async(lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri)))
        commands = [lens.command for lens in lenses or () if lens.command]
        assert ("Accelerate 3x", "mine.accelerate") in [(c.title, c.command) for c in commands]
        assert not (tmp_path / "home" / "store.sqlite").exists()
    finally:
        await one.close()


async def test_settings_silence_and_switch_off(vscode: Editor) -> None:
    uri = vscode.open("silent.py", SOURCE.replace("stable-diffusion-v1-5/stable", "runwayml/stable"))
    assert [d.code for d in await vscode.wrong(uri)] == ["deprecated-id"]
    for given, found in (
        ({"diagnostics": {"ignore": ["deprecated-id"]}}, []),
        ({"diagnostics": {"ignore": [], "enable": True}}, ["deprecated-id"]),
        ({"diagnostics": {"enable": False}, "nonsense": 3}, []),
        ({"diagnostics": {"enable": True}}, ["deprecated-id"]),
    ):
        vscode.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"diffagent": given}))
        assert [d.code for d in await vscode.wrong(uri)] == found
