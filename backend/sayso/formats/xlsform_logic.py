"""The part of XPath that XLSForms use for `relevant` and `constraint`, as our conditions."""

from __future__ import annotations

import re

from sayso.formats.condition_parser import (
    Condition,
    NotUnderstood,
    Parser,
    Token,
    tokens,
    unlike,
)

__all__ = ["NotUnderstood", "limits_of", "parse_relevant"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<field>\$\{\s*[^\s{}]+\s*\}|(?:\.\.?)?(?:/(?:\.\.|[A-Za-z_][\w.-]*))+|\.(?![\w/.]))
    | (?P<text>"[^"]*"|'[^']*'|\u2018[^\u2019]*\u2019|\u201c[^\u201d]*\u201d)
    | (?P<number>-?(?:\d+\.?\d*|\.\d+))
    | (?P<operator>!=|>=|<=|=|>|<)
    | (?P<word>[A-Za-z][A-Za-z0-9_-]*)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<comma>,)
    )""",
    re.VERBOSE,
)
_LONGEST = 5_000


def parse_relevant(text: str) -> Condition | None:
    """The condition of a `relevant` cell; None when it is empty. Raises `NotUnderstood`."""
    found = tokens(_TOKEN, text, _LONGEST)
    return _Relevant(found).whole() if found else None


def limits_of(text: str) -> dict[str, float]:
    """`min` and `max` of a constraint such as `. >= 0 and . <= 120`. Raises `NotUnderstood`."""
    condition = parse_relevant(text)
    if condition is None:
        return {}
    parts = condition[1:] if condition[0] == "all" else [condition]
    limits: dict[str, float] = {}
    for part in parts:
        key = {">=": "min", "<=": "max"}.get(str(part[1])) if len(part) == 3 else None
        if part[0] != "." or key is None or key in limits:
            raise NotUnderstood("is not a plain minimum and maximum")
        try:
            number = float(part[2])
        except (TypeError, ValueError) as error:
            raise NotUnderstood("compares with something that is no number") from error
        limits[key] = int(number) if number.is_integer() else number
    return limits


class _Relevant(Parser):
    def single(self, depth: int) -> Condition:
        if self.take("open"):
            return self.enclosed(depth)
        word = self.take("word")
        if word is None:
            return self.comparison(self.operand())
        self.must("open")
        name = word.text.lower()
        if name == "not":
            return ["not", self.enclosed(depth)]
        if name == "selected":
            return self._selected()
        if name in {"string-length", "count-selected"}:
            return self._counted()
        raise NotUnderstood(f"calls {word.text}()")

    def _selected(self) -> Condition:
        field = _name(self.must("field"))
        self.must("comma")
        value = self.must("text").literal
        self.must("close")
        return [field, "in", [value]]

    def _counted(self) -> Condition:
        """`string-length(${x}) > 0`: whether there is an answer at all."""
        field = _name(self.must("field"))
        self.must("close")
        operator, number = self.must("operator").text, self.must("number").text
        if (operator, number) in {(">", "0"), (">=", "1"), ("!=", "0")}:
            return [field, "answered"]
        if (operator, number) in {("=", "0"), ("<", "1")}:
            return ["not", [field, "answered"]]
        raise NotUnderstood("counts letters or answers")

    def compared(self, field: Token, operator: str, literal: Token) -> Condition:
        name, value = _name(field), literal.literal
        if value == "" and operator in {"=", "!="}:
            answered: Condition = [name, "answered"]
            return answered if operator == "!=" else ["not", answered]
        return unlike(name, value) if operator == "!=" else [name, operator, value]


def _name(token: Token) -> str:
    """The name that a field reference ends in; names are unique, so its path adds nothing."""
    if token.text.startswith("$"):
        return token.text[2:-1].strip()
    return token.text if token.text == "." else token.text.rsplit("/", 1)[1]
