"""Functions that a web server calls: routes of FastAPI and Flask, listeners of Gradio, actions of Streamlit."""

import ast

from .file import File, Function

_VERBS = ("get", "post", "put", "patch", "delete", "route", "api_route", "websocket")
_LISTENERS = ("click", "submit", "change", "then", "success", "input", "release", "load", "select", "upload")
_INTERFACES = ("Interface", "ChatInterface")


def handler_of(file: File, node: ast.AST) -> str | None:
    """What calls the function around `node`, or a function that calls that one: `POST /generate`, `gradio`."""
    seen: set[str] = set()
    waiting = [f for f in file.ancestors(node) if isinstance(f, Function)]
    while waiting:
        function = waiting.pop(0)
        if function.name in seen:
            continue
        seen.add(function.name)
        if (found := _route(file, function) or _listener(file, function)) is not None:
            return found
        callers = (file.function(c) for c in file.called.get(function.name, ()))
        waiting += [f for f in callers if f is not None]
    return None


def _route(file: File, function: Function) -> str | None:
    """`@app.post("/generate")`"""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=verb), args=[ast.Constant(value=str(path)), *_]) if verb in _VERBS:
                verbs = [k.value for k in decorator.keywords if k.arg == "methods"]
                named = file.values.of(_first(verbs[0])) if verbs else None
                plain = named if isinstance(named, str) else "GET" if "route" in verb else verb.upper()
                return f"{plain} {path}"
            case _:
                continue
    return None


def _first(node: ast.expr) -> ast.expr:
    return node.elts[0] if isinstance(node, ast.List | ast.Tuple) and node.elts else node


def _listener(file: File, function: Function) -> str | None:
    """`gr.Interface(fn=generate)`, `button.click(generate, ...)`"""
    if not any(o.split(".")[0] == "gradio" for o in file.imports.values()):
        return None
    for name in (*_INTERFACES, *_LISTENERS):
        for call in file.called.get(name, ()):
            given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "fn")]
            if any(_last_name(g) == function.name for g in given):
                return "gradio"
    return None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
