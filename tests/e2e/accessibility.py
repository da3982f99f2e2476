"""What a machine can say about whether everybody can use a page."""

from __future__ import annotations

from playwright.sync_api import Page

from support.house import ROOT

_AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """What axe finds on the page, and whether it must be scrolled sideways."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "(rules) => axe.run({ runOnly: rules }).then((result) => result.violations.flatMap("
        "(rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`)))",
        _RULES,
    )
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("must be scrolled sideways")
    return found
