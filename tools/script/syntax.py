"""Python's parser, one text at a time.

Up to Python 3.11 it fails by chance (`SystemError: AST constructor recursion depth mismatch`) where several threads
parse at once (python/cpython#106905), as they do when a server has several clients.
"""

import ast
import threading

_ONE = threading.Lock()


def module(text: str) -> ast.Module:
    """The tree of a text. Raises what `ast.parse` raises."""
    with _ONE:
        return ast.parse(text)


def expression(text: str) -> ast.expr:
    """The tree of an expression. Raises what `ast.parse` raises."""
    with _ONE:
        return ast.parse(text, mode="eval").body
