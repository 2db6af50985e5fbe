"""What a person sees and clicks in an editor, with the capabilities of three of them."""

import pytest
from editor import Editor, until
from lsprotocol import types as lsp

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCRIPT = """\
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", dtype=torch.float16)
pipe = pipe.to("cuda")
pipe.scheduler = DPMSolverMultistepScheduler()
pipe.enable_attention_slicing()
image = pipe("a cät", num_inference_steps=20).images[0]
"""
WHOLE = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))


def at(line: int, column: int = 0) -> lsp.Range:
    return lsp.Range(lsp.Position(line, column), lsp.Position(line, column))


def of(uri: str) -> lsp.TextDocumentIdentifier:
    return lsp.TextDocumentIdentifier(uri)


async def actions(editor: Editor, uri: str, where: lsp.Range) -> list[lsp.CodeAction]:
    context = lsp.CodeActionContext(diagnostics=[])
    found = await editor.client.text_document_code_action_async(lsp.CodeActionParams(of(uri), where, context))
    return [a for a in found or () if isinstance(a, lsp.CodeAction)]


def after(text: str, edit: lsp.WorkspaceEdit | None, uri: str) -> str:
    """The text with an edit, as a client makes it."""
    assert edit is not None
    edits: list[lsp.TextEdit] = list((edit.changes or {}).get(uri, ()))
    for change in edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit)
        edits += [lsp.TextEdit(e.range, e.new_text) for e in change.edits if not isinstance(e, lsp.SnippetTextEdit)]
    lines = text.splitlines(keepends=True)

    def offset(p: lsp.Position) -> int:
        return sum(map(len, lines[: p.line])) + p.character

    for e in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        text = text[: offset(e.range.start)] + e.new_text + text[offset(e.range.end) :]
    return text


async def test_diagnostics_come_once_with_a_link(editor: Editor) -> None:
    uri = editor.open("once.py", SCRIPT)
    found = await editor.wrong(uri)
    assert [d.code for d in found] == ["scheduler-from-nothing", "attention-slicing"]
    assert found[0].range == lsp.Range(lsp.Position(4, 17), lsp.Position(4, 46))
    link = found[0].code_description
    assert link is not None and link.href.endswith("diagnostics.md#scheduler-from-nothing")
    assert editor.pulls == (not editor.pushed)


async def test_what_is_typed_is_read_again(editor: Editor) -> None:
    uri = editor.open("typed.py", SCRIPT)
    await editor.wrong(uri)
    editor.type(uri, 2, lsp.Range(lsp.Position(4, 0), lsp.Position(6, 0)), "")
    assert await editor.wrong(uri, 2) == []
    editor.type(uri, 3, lsp.Range(lsp.Position(4, 22), lsp.Position(4, 22)), "num_inference_step=9, ")
    (one,) = await editor.wrong(uri, 3)
    assert one.code == "swallowed-keyword" and one.range.start == lsp.Position(4, 22)


async def test_a_quick_fix_is_one_click_away(editor: Editor) -> None:
    uri = editor.open("fix.py", SCRIPT)
    (fix,) = [a for a in await actions(editor, uri, at(4, 20)) if a.kind == lsp.CodeActionKind.QuickFix]
    text = after(SCRIPT, fix.edit, uri)
    assert "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)\n" in text


async def test_a_method_goes_in_and_out(editor: Editor) -> None:
    uri = editor.open("method.py", SCRIPT)
    found = {a.title: a for a in await actions(editor, uri, at(6, 9))}
    deepcache = await editor.client.code_action_resolve_async(found["DiffAgent: apply DeepCache to pipe"])
    text = after(SCRIPT, deepcache.edit, uri)
    assert "deepcache_helper.enable()" in text
    notes = deepcache.edit.change_annotations if deepcache.edit is not None else None
    assert (notes is not None) == editor.name.startswith("visual")  # the others cannot ask the person first
    assert notes is None or all(n.needs_confirmation for n in notes.values())
    again = editor.open("out.py", text)
    out = {a.title: a for a in await actions(editor, again, WHOLE)}["DiffAgent: take deepcache out of pipe"]
    taken = after(text, (await editor.client.code_action_resolve_async(out)).edit, again)
    assert "deepcache_helper" not in taken and "pipe.scheduler" in taken


async def test_lenses_stand_above_the_pipeline(editor: Editor) -> None:
    uri = editor.open("lens.py", SCRIPT)
    found = await editor.client.text_document_code_lens_async(lsp.CodeLensParams(of(uri)))
    assert found is not None and {lens.range.start.line for lens in found} == {2}
    resolved = [lens if lens.command else await editor.client.code_lens_resolve_async(lens) for lens in found]
    commands = [lens.command for lens in resolved if lens.command is not None]
    assert [c.command for c in commands] == ["diffagent.profile", "diffagent.optimize", "diffagent.estimate"]
    assert [c.title for c in commands[:2]] == ["Profile", "Accelerate 2x"]
    assert commands[2].title.startswith("Estimate: 2x ") and "known" not in commands[2].title
    asked = commands[1].arguments
    assert asked is not None and [dict(a)["pipeline"] for a in asked] == ["pipe"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [(6, 22, "num_inference_steps"), (6, 9, "StableDiffusionPipeline"), (2, 107, "Half precision")],
)
async def test_hovers_say_what_it_means(editor: Editor, line: int, column: int, words: str) -> None:
    uri = editor.open("hover.py", SCRIPT)
    found = await editor.client.text_document_hover_async(lsp.HoverParams(of(uri), lsp.Position(line, column)))
    assert found is not None and isinstance(found.contents, lsp.MarkupContent)
    assert words in found.contents.value or "`steps` of" in found.contents.value


async def test_checkpoints_are_links(editor: Editor) -> None:
    uri = editor.open("link.py", SCRIPT)
    (link,) = list(await editor.client.text_document_document_link_async(lsp.DocumentLinkParams(of(uri))) or ())
    assert link.target == "https://huggingface.co/stable-diffusion-v1-5/stable-diffusion-v1-5"


async def test_the_whole_workspace_is_looked_at(editor: Editor) -> None:
    (editor.folder / "sub").mkdir()
    (editor.folder / "sub" / "closed.py").write_text(SCRIPT, "utf-8")
    report = await editor.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(previous_result_ids=[]))
    found = {i.uri: i for i in report.items}
    one = found[(editor.folder / "sub" / "closed.py").as_uri()]
    assert isinstance(one, lsp.WorkspaceFullDocumentDiagnosticReport) and len(one.items) == 2
    known = [lsp.PreviousResultId(one.uri, one.result_id or "")]
    again = await editor.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(previous_result_ids=known))
    assert isinstance({i.uri: i for i in again.items}[one.uri], lsp.WorkspaceUnchangedDocumentDiagnosticReport)


async def test_an_estimate_is_an_answer(editor: Editor) -> None:
    uri = editor.open("estimate.py", SCRIPT)
    found = await editor.run("estimate", uri=uri, speedup=1.5)
    assert found["answer"] and found["because"] and found["answer"] in found["text"]
    await until(lambda: any("nothing was measured" in m for m in editor.messages()))


async def test_what_cannot_be_done_is_a_sentence(editor: Editor) -> None:
    uri = editor.open("plain.py", "print(1)\n")
    assert "pipeline" in (await editor.run("profile", uri=uri))["sentence"]
    assert "no job" in (await editor.run("apply", job="nothing1"))["sentence"]
    assert "before it was accelerated" in (await editor.run("revert", uri=uri))["sentence"]
