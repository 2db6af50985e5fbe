"""The page of what `diffagent-mcp lsp` answers: features, commands, our own requests, options."""

from ..lsp.options import Options
from ..lsp.serve import build
from .tables import fenced, table, type_in_words

_INTRO = """\
# Language server

What `diffagent-mcp lsp` registers with an editor. How to set one up, what commands take: [editors](../editors.md).
Its diagnostics have [a page of their own](diagnostics.md).
"""
_MEANING = {
    "initialize": "reads the options",
    "initialized": "begins to watch the store",
    "shutdown": "stops watching; jobs go on",
    "workspace/didChangeConfiguration": "reads the options again, and draws anew",
    "textDocument/didOpen": "reads the script",
    "textDocument/didChange": "reads it again; of several changes, the newest",
    "textDocument/didSave": "reads it again, as other files of its package may have changed",
    "textDocument/didClose": "forgets it, and takes its diagnostics away",
    "notebookDocument/didOpen": "reads the cells of a notebook as one script",
    "notebookDocument/didChange": "reads them again",
    "notebookDocument/didSave": "reads them again",
    "notebookDocument/didClose": "forgets them",
    "textDocument/diagnostic": "diagnostics of one script, for editors that ask",
    "workspace/diagnostic": "diagnostics of every script of the workspace that builds a pipeline",
    "textDocument/codeAction": "quick fixes; one method in or out; what the last search found",
    "codeAction/resolve": "the edit of a code action, made when it is looked at",
    "textDocument/codeLens": "*Profile*, *Accelerate*, *Estimate* above a pipeline; above a call, what was measured",
    "codeLens/resolve": "the estimate of a lens",
    "textDocument/hover": "a method, a setting or a call explained, with what was measured here",
    "textDocument/inlayHint": "seconds of a call and the share of each stage, behind it",
    "textDocument/documentLink": "from a checkpoint's name to its page on the hub",
    "diffagent/jobs": "jobs, the latest first",
    "diffagent/job": "one job, whole",
    "diffagent/candidate": "the code of one candidate, and its diff",
    "diffagent.profile": "starts a job that measures the script as it is",
    "diffagent.optimize": "starts a job that searches for a faster script",
    "diffagent.estimate": "how probable a target is",
    "diffagent.apply": "asks the editor to write a candidate into the script",
    "diffagent.revert": "asks the editor to take acceleration out of the script",
    "diffagent.showReport": "opens the report of a job",
    "diffagent.cancel": "ends a job",
}


def lsp_page() -> str:
    """Every feature, command and request that is registered; one without a meaning here is an error."""
    registered = build({}).protocol.fm
    features = [(f"`{name}`", _meaning(name)) for name in registered.features if not name.startswith("diffagent/")]
    requests = [(f"`{name}`", _meaning(name)) for name in registered.features if name.startswith("diffagent/")]
    commands = [(f"`{name}`", _meaning(name)) for name in registered.commands]
    default = Options()
    options = [
        (f"`{name}`", type_in_words(f.annotation), _shown(getattr(default, name)))
        for name, f in Options.model_fields.items()
    ]
    return "\n".join(
        [
            _INTRO,
            fenced("console", "$ diffagent-mcp lsp\n"),
            "## Features\n",
            table(("message", "what it does"), features),
            "## Commands\n",
            table(("command", "what it does"), commands),
            "## Requests of our own\n",
            table(("request", "answer"), requests),
            "## Options\n",
            "As the server keeps them; [editors](../editors.md#settings) has the names under which an editor sets "
            "them.\n",
            table(("option", "type", "default"), options),
        ]
    )


def _meaning(name: str) -> str:
    if name not in _MEANING:
        raise ValueError(f"say in server/reference/lsp_page.py what {name} does")
    return _MEANING[name]


def _shown(value: object) -> str:
    return "" if value is None or value == () else f"`{value}`"
