"""What a machine can say about whether everybody can use a page, in every look it can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

from support.house import ROOT

_AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """(only) => axe.run({ runOnly: only, resultTypes: ["violations"] }).then(
  (result) => result.violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`)))"""
_SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
# The rules whose verdict colours or sizes can change; what a page says and how it is built does
# not depend on them and is examined once, with every rule.
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable")


@dataclass(frozen=True)
class Look:
    """One way in which somebody sees a page, and the rules that it can break: None is all."""

    name: str
    width: int
    rules: tuple[str, ...] | None = None
    scheme: Literal["light", "dark"] = "light"
    forced: Literal["active", "none"] = "none"
    text: int = 100
    """The size of text in percent of the usual, as a person may set it in the browser."""


def faults(page: Page, rules: Sequence[str] | None = None) -> list[str]:
    """What axe finds on the page by these rules or all, and whether it must be scrolled sideways.

    Each fault is one line: the rule and the element.
    """
    found: list[str] = []
    if rules != ():
        if not page.evaluate("'axe' in window"):
            page.evaluate(_AXE.read_text(encoding="utf-8"))
        only = {"type": "rule" if rules else "tag", "values": rules or _TAGS}
        found = page.evaluate(_RUN, only)
    if page.evaluate(_SIDEWAYS):
        found.append("must be scrolled sideways")
    return found


def worn(page: Page, looks: Sequence[Look]) -> Iterator[Look]:
    """Show the page in one look after the other, without loading it again, and then as it was."""
    before = page.viewport_size
    assert before is not None
    for look in looks:
        _wear(page, look, before["height"])
        yield look
    _wear(page, Look("before", before["width"]), before["height"])


def faults_in(page: Page, looks: Sequence[Look]) -> list[str]:
    """The faults of every look, each line beginning with its name."""
    return [f"{look.name}: {one}" for look in worn(page, looks) for one in faults(page, look.rules)]


def _wear(page: Page, look: Look, height: int) -> None:
    page.emulate_media(color_scheme=look.scheme, forced_colors=look.forced)
    page.set_viewport_size({"width": look.width, "height": height})
    page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{look.text}%")
