"""Call what a server would call: a function of the script, or a route of its web application, with one request.

No server is started: the application's own interface (ASGI or WSGI) is called in this process, which has no network.
"""

import ast
import asyncio
import importlib
import inspect
import io
import json
import re
import types
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

_ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) +(/\S*)", re.IGNORECASE)
_PROMPT = "a lighthouse on a cliff at dusk"
"""stands where a handler wants words and the request has none; the prompts of the measurement take its place"""


_SERVERS = ("uvicorn", "app", "application", "api")


class Refused(TypeError):
    """The handler cannot be called as it was asked."""


def module_name(entry: dict[str, Any] | None, script: str) -> str:
    """What the script's `__name__` is: a server imports it, and does not run what is for the command line."""
    return "__main__" if entry is None else script.removesuffix(".py").removesuffix(".ipynb")


def importable(code: str, path: str) -> ast.Module:
    """The script without the statements that start its server and would wait for requests; lines stay as they are."""
    tree = ast.parse(code, path)
    tree.body = [ast.copy_location(ast.Pass(), s) if _serves(s) else s for s in tree.body]
    return tree


def _serves(statement: ast.stmt) -> bool:
    """`demo.launch()`, `demo.queue().launch(share=True)`, `uvicorn.run(app)`, `app.run()`"""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="launch"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="run"))):
            return owner in _SERVERS
        case _:
            return False


def invoke(module: types.ModuleType, entry: dict[str, Any]) -> None:
    """Do as the server would; returns when the handler does, though a captured call never does."""
    request: dict[str, Any] = entry["request"]
    application = _held(module)
    loop, state = asyncio.new_event_loop(), {}
    if application is not None and not hasattr(application, "wsgi_app"):
        loop.run_until_complete(_started(application, state))
    if (route := _ROUTE.fullmatch(entry["call"])) is not None:
        _send(application, loop, state, (route.group(1).upper(), route.group(2)), request)
        return
    function = _named(module, entry["call"])
    result = function(**arguments(function, request))
    if inspect.isawaitable(result):
        loop.run_until_complete(_awaited(result))
    elif inspect.isasyncgen(result):
        loop.run_until_complete(_awaited(anext(result, None)))
    elif inspect.isgenerator(result):
        next(result, None)


async def _awaited(value: Any) -> Any:
    return await value


async def _started(application: Any, state: dict[str, Any]) -> None:
    """Its start-up, where many load their models (ASGI's lifespan); what it leaves for requests is put into `state`."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    asked = iter([{"type": "lifespan.startup"}])

    async def receive() -> dict[str, Any]:
        if (message := next(asked, None)) is not None:
            return message
        return await asyncio.get_running_loop().create_future()  # it is never shut down: the process ends first

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
    running = asyncio.ensure_future(application(scope, receive, said.put))
    answer = asyncio.ensure_future(said.get())
    await asyncio.wait({running, answer}, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        running.exception()  # it knows no lifespan, which the standard allows
    elif answer.result()["type"] == "lifespan.startup.failed":
        await running  # raises what its start-up raised


def _named(module: types.ModuleType, call: str) -> Any:
    """`app:generate`, `generate`, `Painter.paint` (on the instance that the module has, or a new one)."""
    name, _, path = call.rpartition(":")
    owner: Any = module if name in ("", module.__name__) else importlib.import_module(name)
    for part in path.split("."):
        owner = _instance(owner, module) if inspect.isclass(owner) else owner
        if not hasattr(owner, part):
            raise Refused(f"--call {call}: there is no {part} in {getattr(owner, '__name__', type(owner).__name__)}")
        owner = getattr(owner, part)
    if not callable(owner):
        raise Refused(f"--call {call}: that is no function")
    return inspect.unwrap(owner) if inspect.isfunction(owner) else owner


def _instance(cls: type, module: types.ModuleType) -> Any:
    """The first object of the class that the module holds; a handler of a class is called on one."""
    found = next((v for v in vars(module).values() if type(v) is cls), None)
    return cls() if found is None else found


def arguments(function: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The request as the function's arguments; where it takes one model of pydantic's, the request is that."""
    wanted = inspect.signature(function, eval_str=True).parameters
    if unknown := [k for k in request if k not in wanted and not _takes_any(wanted)]:
        model = next((n for n, p in wanted.items() if _is_model(p)), None)
        if model is None:
            raise Refused(f"{function.__name__}() takes no {unknown[0]}; it takes {', '.join(wanted) or 'nothing'}")
        request = {model: request}
    given = {n: request[n] if n in request else _made_up(function, p) for n, p in _asked(wanted, request)}
    models = {n: p.annotation for n, p in wanted.items() if n in given and _is_model(p)}
    return given | {n: m.model_validate(_filled(m, given[n])) for n, m in models.items()} | _extra(request, wanted)


def _is_model(p: inspect.Parameter) -> bool:
    """Is a model of pydantic's wanted?"""
    return hasattr(p.annotation, "model_validate")


def _asked(wanted: Any, request: dict[str, Any]) -> Iterator[tuple[str, inspect.Parameter]]:
    """Parameters that need a value or are given one."""
    for name, p in wanted.items():
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and (name in request or p.default is p.empty):
            yield name, p


def _takes_any(wanted: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in wanted.values())


def _extra(request: dict[str, Any], wanted: Any) -> dict[str, Any]:
    return {k: v for k, v in request.items() if k not in wanted}


def _made_up(function: Any, p: inspect.Parameter) -> Any:
    """Words where words are wanted; of nothing else can a value be guessed."""
    if _is_model(p):
        return {}
    if p.annotation is str or (p.annotation is p.empty and any(w in p.name.lower() for w in ("prompt", "text"))):
        return _PROMPT
    raise Refused(f"{function.__name__}() needs {p.name}; give it with --request '{{\"{p.name}\": ...}}'")


def _filled(model: Any, given: Any) -> Any:
    """A body with words in the fields that must have them."""
    if not isinstance(given, dict):
        return given
    fields = {n: f for n, f in model.model_fields.items() if f.is_required() and f.annotation is str}
    return {n: _PROMPT for n in fields if n not in given} | given


def _held(module: types.ModuleType) -> Any:
    """What a server would be pointed at: `app`, `application`, or the one object that answers requests."""
    named = [getattr(module, n, None) for n in ("app", "application", "api")]
    return next((a for a in (*named, *vars(module).values()) if _answers(a)), None)


def _answers(value: Any) -> bool:
    if inspect.isclass(value) or inspect.ismodule(value):
        return False
    return hasattr(value, "wsgi_app") or (hasattr(value, "routes") and callable(value))


def _send(
    application: Any,
    loop: asyncio.AbstractEventLoop,
    state: dict[str, Any],
    route: tuple[str, str],
    request: dict[str, Any],
) -> None:
    if application is None:
        raise Refused("the script holds no web application (FastAPI, Starlette, Flask) that a route could be asked of")
    method, target = route
    path, _, query = target.partition("?")
    given = json.dumps(request).encode() if request else b""
    if hasattr(application, "wsgi_app"):
        status, body = _send_wsgi(application, method, path, query, given)
    else:
        answer = _send_asgi(application, _scope(method, path, query, state), given)
        status, body = loop.run_until_complete(answer)
    if status >= 400:
        raise Refused(f"{method} {target} was answered with {status}: {body[:300].decode(errors='replace')}")


def _send_wsgi(application: Any, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    said: list[int] = []

    def start(status: str, *_: Any) -> None:
        said.append(int(status.split()[0]))

    answer = b"".join(application(environ, start))
    return (said[0] if said else 500), answer


def _scope(method: str, path: str, query: str, state: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"script"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1), "server": ("script", 80), "state": dict(state),
    }  # fmt: skip


async def _send_asgi(application: Any, scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await application(scope, receive, send)
    status = next((m["status"] for m in said if m["type"] == "http.response.start"), 500)
    return status, b"".join(m.get("body", b"") for m in said)
