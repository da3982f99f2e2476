"""Somebody who works with the keyboard alone, and loses sight of the focus at no time."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# What has the focus, and what is wrong with it: "" when it can be seen, with a ring around it.
_FOCUS = """() => {
  const one = document.activeElement;
  const name = one?.outerHTML.slice(0, 120);
  if (!one || one === document.body) return [name, "the focus is lost"];
  const box = one.getBoundingClientRect();
  if (box.width === 0 || box.bottom <= 0 || box.top >= innerHeight)
    return [name, "the focus is out of sight"];
  const top = document.elementFromPoint(
    Math.min(innerWidth - 1, box.left + Math.min(box.width, 16) / 2),
    Math.min(innerHeight - 1, Math.max(0, box.top) + Math.min(box.height, 16) / 2));
  if (top && !one.contains(top) && !top.contains(one) && !top.closest("label"))
    return [name, `${top.outerHTML.slice(0, 120)} lies over it`];
  if (one.tabIndex >= 0 && getComputedStyle(one).outlineStyle === "none")
    return [name, "it has no ring"];
  return [name, ""];
}"""


class Keys:
    """The keyboard of a page. After every key the focus must be somewhere, and be seen there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.last = "nothing"

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.look(key)

    def look(self, key: str = "that") -> None:
        """Fails when the focus is lost, out of sight, covered, or without a ring."""
        name, fault = self.page.evaluate(_FOCUS)
        assert fault == "", f"{fault}: {name}, after {key} on {self.last}"
        self.last = name

    def to(self, goal: Locator, most: int = 120) -> None:
        """Tab until the focus is on `goal`, which must have been drawn."""
        goal.wait_for()
        for _ in range(most):
            if goal.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{goal} is not reached by {most} times Tab")

    def write(self, goal: Locator, text: str) -> None:
        """Tab to a field or a list, and type."""
        self.to(goal)
        self.page.keyboard.type(text)

    def pick_last(self, group: Locator) -> None:
        """Tab to a group of radio buttons, and go to its end with the arrows."""
        buttons = group.get_by_role("radio")
        self.to(buttons.first)
        self.press("Space")
        for _ in range(buttons.count() - 1):
            self.press("ArrowDown")
        assert buttons.last.is_checked()

    def enter(self, button: Locator) -> None:
        """Tab to a button or a link, and press Enter; what it leads to has to be waited for."""
        self.to(button)
        self.page.keyboard.press("Enter")
