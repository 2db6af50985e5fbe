"""Notebooks in an editor: cells are read together, and what is said of one stands in that cell."""

import json

import pytest
from editor import Editor, until
from lsprotocol import types as lsp

CELLS = (
    ("markdown", "# Pictures"),
    ("code", "%pip install diffusers\nimport torch\nfrom diffusers import StableDiffusionPipeline"),
    (
        "code",
        'pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")\n'
        "pipe.enable_vae_slicing()",
    ),
    ("code", 'image = pipe("a cat", num_inference_steps=200).images[0]'),
)


def cell(uri: str, number: int) -> str:
    return f"vscode-notebook-cell:{uri.removeprefix('file:')}#W{number}s"


def opened(editor: Editor, name: str) -> str:
    """A notebook, saved and opened; its address."""
    path = editor.folder / name
    whole = {
        "cells": [
            {
                "cell_type": kind,
                "source": code,
                "metadata": {},
                **({"outputs": [], "execution_count": None} if kind == "code" else {}),
            }
            for kind, code in CELLS
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    uri = path.as_uri()
    kinds = {"markdown": lsp.NotebookCellKind.Markup, "code": lsp.NotebookCellKind.Code}
    editor.client.notebook_document_did_open(
        lsp.DidOpenNotebookDocumentParams(
            notebook_document=lsp.NotebookDocument(
                uri=uri,
                notebook_type="jupyter-notebook",
                version=1,
                cells=[lsp.NotebookCell(kinds[kind], cell(uri, n)) for n, (kind, _) in enumerate(CELLS)],
            ),
            cell_text_documents=[
                lsp.TextDocumentItem(uri=cell(uri, n), language_id="python", version=1, text=code)
                for n, (kind, code) in enumerate(CELLS)
                if kind == "code"
            ],
        )
    )
    return uri


async def wrong(editor: Editor, uri: str) -> dict[str, lsp.Diagnostic]:
    """By code, what is wrong with a cell. It is pushed to every client: those that ask do not ask about cells."""
    await until(lambda: any(p.uri == uri for p in editor.pushed))
    found = next(p for p in reversed(editor.pushed) if p.uri == uri).diagnostics
    if editor.pulls:
        asked = lsp.DocumentDiagnosticParams(text_document=lsp.TextDocumentIdentifier(uri))
        assert not getattr(await editor.client.text_document_diagnostic_async(asked), "items", []), "not said twice"
    return {str(d.code): d for d in found}


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_is_said_in_its_cell(editor: Editor) -> None:
    uri = opened(editor, "wrong.ipynb")
    built, called = await wrong(editor, cell(uri, 2)), await wrong(editor, cell(uri, 3))
    assert "removed-call" in built and "too-many-steps" not in built
    assert built["removed-call"].range.start.line == 1
    assert "too-many-steps" in called and called["too-many-steps"].range.start.line == 0
    assert not await wrong(editor, cell(uri, 1))


@pytest.mark.asyncio(loop_scope="module")
async def test_lenses_and_hovers_are_of_the_cell(editor: Editor) -> None:
    uri = opened(editor, "lenses.ipynb")
    asked = [lsp.CodeLensParams(text_document=lsp.TextDocumentIdentifier(cell(uri, n))) for n in (1, 2)]
    nothing, lenses = [await editor.client.text_document_code_lens_async(one) for one in asked]
    assert not nothing and lenses and {lens.range.start.line for lens in lenses} == {0}
    profile = next(lens.command for lens in lenses if lens.command is not None and lens.command.title == "Profile")
    assert list(profile.arguments or ()) == [{"uri": uri, "pipeline": "pipe"}], "what is run is the notebook's file"
    at = lsp.HoverParams(lsp.TextDocumentIdentifier(cell(uri, 3)), lsp.Position(line=0, character=25))
    hover = await editor.client.text_document_hover_async(at)
    assert hover is not None and hover.range is not None and hover.range.start.line == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_a_fix_changes_its_cell_and_a_method_every_cell_that_it_takes(editor: Editor) -> None:
    uri = opened(editor, "fixed.ipynb")
    everything = lsp.Range(lsp.Position(0, 0), lsp.Position(5, 0))
    asked = lsp.CodeActionParams(
        lsp.TextDocumentIdentifier(cell(uri, 2)), everything, lsp.CodeActionContext(diagnostics=[])
    )
    actions = [
        a for a in await editor.client.text_document_code_action_async(asked) or () if isinstance(a, lsp.CodeAction)
    ]
    fix = next(a for a in actions if a.kind == lsp.CodeActionKind.QuickFix and "vae" in a.title.lower())
    assert set(edits_of(fix.edit)) == {cell(uri, 2)}
    sampler = next(a for a in actions if a.data is not None and "sampler" in str(a.data))
    done = edits_of((await editor.client.code_action_resolve_async(sampler)).edit)
    assert cell(uri, 1) in done and cell(uri, 3) in done, "an import here, the steps there"
    assert all("diffagent cell" not in e.new_text for edits in done.values() for e in edits)
    steps = next(e for e in done[cell(uri, 3)])
    assert steps.range.start == lsp.Position(0, 0) and "num_inference_steps=" in steps.new_text
    assert not steps.new_text.endswith("\n"), "the cell's last line has no end, and gets none"


@pytest.mark.asyncio(loop_scope="module")
async def test_typing_in_one_cell_is_seen_by_the_others(editor: Editor) -> None:
    uri = opened(editor, "typed.ipynb")
    assert "too-many-steps" in await wrong(editor, cell(uri, 3))
    editor.pushed.clear()
    text = 'image = pipe("a cat", num_inference_steps=20).images[0]'
    editor.client.notebook_document_did_change(
        lsp.DidChangeNotebookDocumentParams(
            lsp.VersionedNotebookDocumentIdentifier(version=2, uri=uri),
            lsp.NotebookDocumentChangeEvent(
                cells=lsp.NotebookDocumentCellChanges(
                    text_content=[
                        lsp.NotebookDocumentCellContentChanges(
                            lsp.VersionedTextDocumentIdentifier(version=2, uri=cell(uri, 3)),
                            [lsp.TextDocumentContentChangeWholeDocument(text)],
                        )
                    ]
                )
            ),
        )
    )
    assert "too-many-steps" not in await wrong(editor, cell(uri, 3))
    assert "removed-call" in await wrong(editor, cell(uri, 2))


def edits_of(edit: lsp.WorkspaceEdit | None) -> dict[str, list[lsp.TextEdit | lsp.AnnotatedTextEdit]]:
    """By document, whichever way the client takes them."""
    assert edit is not None
    if edit.changes is not None:
        return {uri: list(edits) for uri, edits in edit.changes.items()}
    found: dict[str, list[lsp.TextEdit | lsp.AnnotatedTextEdit]] = {}
    for change in edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit)
        found[change.text_document.uri] = [
            e for e in change.edits if isinstance(e, lsp.TextEdit | lsp.AnnotatedTextEdit)
        ]
    return found
