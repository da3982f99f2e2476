"""What a machine can say about whether everybody can use a page, in every look it can have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Page

from support.house import ROOT

_AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
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
    return faults_in(page.evaluate, rules)


def faults_in(evaluate: Callable[[str], Any], rules: Sequence[str] | None = None) -> list[str]:
    """The same in any engine, given what evaluates an expression in its page."""
    found = [] if rules == () else _violations(evaluate, rules)
    if evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("must be scrolled sideways")
    return found


def _violations(evaluate: Callable[[str], Any], rules: Sequence[str] | None) -> list[str]:
    if not evaluate("'axe' in window"):
        evaluate(f"(() => {{ {_AXE.read_text(encoding='utf-8')}\nreturn true }})()")
    only = {"type": "rule" if rules else "tag", "values": rules or _TAGS}
    options = json.dumps({"runOnly": only, "resultTypes": ["violations"]})
    found: list[str] = evaluate(
        f"axe.run({options}).then((result) => result.violations.flatMap("
        "(rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`)))"
    )
    return found


def worn(page: Page, looks: Sequence[Look]) -> Iterator[Look]:
    """Show the page in one look after the other, without loading it again, and then as it was."""
    before = page.viewport_size
    assert before is not None
    for look in looks:
        _wear(page, look, before["height"])
        yield look
    _wear(page, Look("before", before["width"]), before["height"])


def _wear(page: Page, look: Look, height: int) -> None:
    page.emulate_media(color_scheme=look.scheme, forced_colors=look.forced)
    page.set_viewport_size({"width": look.width, "height": height})
    page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{look.text}%")
