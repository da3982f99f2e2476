"""REDCap's branching logic as our conditions.

The grammar is what real dictionaries use: field references, `[field(code)]` for one box of a
checkbox field, literals, six comparators, `and`, `or`, `not(...)`, parentheses, and comments.
Everything else, a function or an event name, is refused with the piece that was not understood.
"""

from __future__ import annotations

import re

from sayso.formats.condition_parser import (
    DEEPEST,
    Condition,
    NotUnderstood,
    Parser,
    Token,
    tokens,
    unlike,
)

__all__ = ["NotUnderstood", "parse_branching"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<field>\[[A-Za-z_][A-Za-z0-9_]*(?:\([^()\[\]]*\))?\])
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+))
    | (?P<operator><>|!=|>=|<=|=|>|<)
    | (?P<word>[A-Za-z_]+)
    | (?P<open>\()
    | (?P<close>\))
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"(?m)(?:^\s*#.*$|^\s*//.*$|\s//.*$)")
_UNLIKE = {"<>", "!="}
_LONGEST = 20_000


def parse_branching(text: str) -> Condition | None:
    """The condition of a branching cell; None when it is empty. Raises `NotUnderstood`."""
    if len(text) <= _LONGEST:
        text = _COMMENT.sub(" ", text).strip()
    found = tokens(_TOKEN, text, _LONGEST)
    return _Branching(found).whole() if found else None


class _Branching(Parser):
    def single(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise NotUnderstood("is nested too deeply")
        if self.take("word", "not"):
            return ["not", self.single(depth + 1)]
        if self.take("open"):
            return self.enclosed(depth)
        left = self.operand()
        if self.next is not None and self.next.kind == "operator":
            return self.comparison(left)
        if left.kind == "field" and "(" in left.text:
            # A box of its own stands for itself being ticked.
            return _box(left.text[1:-1].lower(), "=", "1")
        raise NotUnderstood(f"has no comparison before {self.found!r}")

    def compared(self, field: Token, operator: str, literal: Token) -> Condition:
        name, value = field.text[1:-1].lower(), literal.literal
        value = value.strip() if literal.kind == "text" else value
        if "(" in name:
            return _box(name, operator, value)
        if value == "":
            return _emptiness(name, operator)
        return unlike(name, value) if operator in _UNLIKE else [name, operator, value]


def _box(name: str, operator: str, value: str) -> Condition:
    field, code = name[:-1].split("(", 1)
    ticked: Condition = [field, "in", [code.strip()]]
    if operator not in {"=", *_UNLIKE} or value not in {"0", "1", ""}:
        raise NotUnderstood(f"compares a box by {operator} {value}")
    wanted = (value == "1") == (operator == "=")
    return ticked if wanted else ["not", ticked]


def _emptiness(name: str, operator: str) -> Condition:
    answered: Condition = [name, "answered"]
    if operator == "=":
        return ["not", answered]
    if operator in _UNLIKE:
        return answered
    raise NotUnderstood(f"orders [{name}] against nothing")
