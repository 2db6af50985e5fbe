"""Full-text search over documents, with SQLite's FTS5. The index is made in memory: the library is small."""

import re
import sqlite3
from collections.abc import Sequence

from ...knowledge.library import Document
from ...knowledge.types import Record

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_EMPTY = frozenset(
    _WORD.findall(
        "a about an and any are as at be but can card could do does for from get give gpu have how i if in is it its "
        "gb mb let make me my need not of on or our out should so some something than that the their them there this "
        "to try use using want was we what when where which while who why will with would you your "
        "fast faster quick quicker speed run running accelerate optimise optimize recommend recommended best "
        "wie kann ich mache machen soll sollte auf einer eine ein der die das den dem mit von für und oder nicht kein "
        "keine warum wieso ist sind schneller karte bei"
    )
)
"""words that every question has, and that tell nothing apart"""
_SAME: dict[str, str] = {
    "fp8": "float8",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp32": "float32",
    "tf32": "float32",
    "cfg": "guidance",
    "vram": "memory",
    "oom": "memory",
    "img2img": "image",
    "quantization": "quantisation",
}
"""what people write -> what the pages say; both are looked up"""
_CARD = 0.4
"""weight of a pipeline's card beside other documents"""
_LONGEST = 40
"""words of a question that are looked up"""


class Hit(Record):
    """A document that was found, and where in it."""

    document: Document
    excerpt: str
    rank: float
    """lower is better (BM25)"""


class Index:
    """The documents, ready to be searched."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = list(documents)
        self._db = sqlite3.connect(":memory:")
        self._db.execute("create virtual table page using fts5(title, text, more, tokenize = 'porter unicode61')")
        rows = [(d.title, d.text, f"{d.slug} {d.method or ''} {d.shelf}".replace("_", " ")) for d in self._documents]
        self._db.executemany("insert into page (title, text, more) values (?, ?, ?)", rows)

    def find(self, words: str, limit: int = 8) -> list[Hit]:
        """Documents with any of the words, the best first; one with several comes before one with a single word."""
        asked = query(words)
        if not asked:
            return []
        found = self._db.execute(
            "select rowid, snippet(page, 1, '', '', '…', 24), bm25(page, 4.0, 1.0, 3.0) as rank from page"
            " where page match ? order by rank",
            [asked],
        )
        hits = [self._hit(n, excerpt, rank) for n, excerpt, rank in found]
        return sorted(hits, key=lambda h: h.rank)[:limit]

    def _hit(self, number: int, excerpt: str, rank: float) -> Hit:
        """Cards are many and short, which BM25 favours; what is known of methods comes before them."""
        document = self._documents[number - 1]
        weight = _CARD if document.shelf == "pipeline" else 1.0
        return Hit(document=document, excerpt=excerpt, rank=round(weight * rank, 3))

    def close(self) -> None:
        self._db.close()


def query(words: str) -> str:
    """Words as a question to FTS5: each quoted, so that nothing in them is an operator."""
    asked: list[str] = [w for w in _WORD.findall(words.lower()) if w not in _EMPTY and not w.isdigit()]
    told = [w for word in asked[:_LONGEST] for w in (word, _SAME.get(word, word))]
    return " OR ".join(f'"{w}"*' if len(w) > 3 else f'"{w}"' for w in dict.fromkeys(told))
