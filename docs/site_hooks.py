"""mkdocs: pages of the repository's root become pages of the site, so that links hold on a forge and here."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "AGENTS.md": "rules.md"}
"""file at the root → page of the site"""
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<up>(\.\./)+)(?P<name>[^)#]+)(?P<heading>#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from the root, their links as they are seen from docs/."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        for other, target in PAGES.items():
            text = text.replace(f"]({other}", f"]({target}")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Let links to the root lead to its pages here; other files are named, as there is no forge to link to."""
    up = page.file.src_uri.count("/")

    def leads(found: re.Match[str]) -> str:
        text, steps, name, heading = found["text"], found["up"].count("../"), found["name"], found["heading"] or ""
        if steps != up + 1:
            return found[0]
        if name in PAGES:
            return f"[{text}]({'../' * up}{PAGES[name]}{heading})"
        return text if text.startswith("`") else f"{text} (`{name}`)"

    return LINK.sub(leads, markdown)
