"""The page that hosts with MCP Apps show beside `optimize` and `job`: the front, and pictures before and after."""

from pathlib import Path

from mcp.server.apps import Apps

ADDRESS = "ui://diffagent/search.html"
SHOWN = {"ui": {"resourceUri": ADDRESS}}
"""the mark of a tool that the page belongs to"""


def app() -> Apps:
    """The extension with the page. It fetches nothing but what it asks of the host."""
    apps = Apps()
    html = Path(__file__).with_name("search.html").read_text(encoding="utf-8")
    apps.add_html_resource(ADDRESS, html, name="search", title="DiffAgent search", prefers_border=True)
    return apps
