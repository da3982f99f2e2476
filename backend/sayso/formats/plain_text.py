"""Labels of other systems, which may hold HTML, as the plain text that the app shows.

Nothing is ever rendered as HTML, so a script in a label can do no more than disappear. Paragraphs
and breaks become line breaks, list entries get a dash, everything else loses its tags only.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.parser import HTMLParser

_BREAKS = frozenset(
    {"br", "p", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"}
)
_SILENT = frozenset({"script", "style", "head", "title", "template", "svg", "iframe"})
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\ufeff]")
_LONGEST = 20_000


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "li":
            self.words.append("\n- ")
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS and tag != "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def has_markup(text: str) -> bool:
    """Whether the text holds HTML tags."""
    return _TAG.search(text) is not None


def plain(text: object) -> str:
    """The text without markup, control characters and needless blanks; empty for anything else."""
    return _plain(text) if isinstance(text, str) else ""


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    # The labels of answers repeat from question to question, so most calls are look-ups.
    text = text[:_LONGEST]
    if has_markup(text):
        parser = _Words()
        parser.feed(text)
        parser.close()
        text = "".join(parser.words)
    elif "&" in text:
        text = html.unescape(text)
    lines = (" ".join(_CONTROL.sub(" ", line).split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
