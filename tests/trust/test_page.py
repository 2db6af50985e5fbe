"""docs/trust.md is what its files say, and says so where one is missing."""

from pathlib import Path

from . import page


def test_the_page_is_its_generation() -> None:
    assert page.PAGE.read_text() == page.page(page.read(page.FOLDER)), "run `PYTHONPATH=tests python -m trust.page`"


def test_what_was_not_run_is_said(tmp_path: Path) -> None:
    said = page.page(page.read(tmp_path))
    assert said.count("Not run: ") == len(page.PARTS)


def test_rows_of_others_are_a_table() -> None:
    assert "| 1 | yes | a &lt; b |" in page.plain([{"caught": True, "how": "a < b"}])
    assert "| cache | no |  |" in page.plain({"cache": {"caught": False}, "clock": {"how": "x"}})
