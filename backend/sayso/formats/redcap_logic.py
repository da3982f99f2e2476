"""REDCap's branching logic as our conditions.

The grammar is what real dictionaries use: field references, `[field(code)]` for one box of a
checkbox field, literals, six comparators, `and`, `or`, `not(...)`, parentheses, and comments.
Everything else, a function or an event name, is refused with the piece that was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Condition = list[Any]

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
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>", "!=": "!="}
_DEEPEST = 15
_LONGEST = 20_000


class NotUnderstood(ValueError):
    """The logic holds something that is not of this grammar; the message names it."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse_branching(text: str) -> Condition | None:
    """The condition of a branching cell; None when it is empty. Raises `NotUnderstood`."""
    if len(text) > _LONGEST:
        raise NotUnderstood(f"is longer than {_LONGEST} characters")
    text = _COMMENT.sub(" ", text.replace("\u00a0", " ")).strip()
    if not text:
        return None
    parser = _Parser(_tokens(text))
    condition = parser.either(0)
    if parser.next is not None:
        raise NotUnderstood(f"is not understood from {parser.next.text!r} on")
    return condition


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise NotUnderstood(f"is not understood at {text[place : place + 30]!r}")
        tokens.append(_Token(match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, kind: str, text: str = "") -> _Token | None:
        token = self.next
        if token is None or token.kind != kind or (text and token.text.lower() != text):
            return None
        self._place += 1
        return token

    def either(self, depth: int) -> Condition:
        return self._joined("or", "any", depth)

    def _joined(self, word: str, head: str, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise NotUnderstood("is nested too deeply")
        inner = self._both if word == "or" else self._single
        parts = [inner(depth)]
        while self._take("word", word):
            parts.append(inner(depth))
        return parts[0] if len(parts) == 1 else [head, *parts]

    def _both(self, depth: int) -> Condition:
        return self._joined("and", "all", depth)

    def _single(self, depth: int) -> Condition:
        if self._take("word", "not"):
            return ["not", self._single(depth + 1)]
        if self._take("open"):
            inner = self.either(depth + 1)
            if not self._take("close"):
                raise NotUnderstood("has a parenthesis that is not closed")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        left, operator = self._operand(), self._take("operator")
        if operator is None and left.kind == "field" and "(" in left.text:
            # A box of its own stands for itself being ticked.
            return _box(left.text[1:-1].lower(), "=", "1")
        if operator is None:
            found = self.next.text if self.next else "the end"
            raise NotUnderstood(f"has no comparison before {found!r}")
        right = self._operand()
        if left.kind != "field" and right.kind == "field":
            return _comparison(right.text, _TURNED[operator.text], left)
        if left.kind != "field" or right.kind == "field":
            raise NotUnderstood(f"compares {left.text} with {right.text}")
        return _comparison(left.text, operator.text, right)

    def _operand(self) -> _Token:
        for kind in ("field", "text", "number"):
            token = self._take(kind)
            if token is not None:
                return token
        found = self.next.text if self.next else "the end"
        raise NotUnderstood(f"is not understood at {found!r}")


def _comparison(field: str, operator: str, literal: _Token) -> Condition:
    name = field[1:-1].lower()
    value = literal.text[1:-1].strip() if literal.kind == "text" else literal.text
    if "(" in name:
        return _box(name, operator, value)
    if value == "":
        return _emptiness(name, operator)
    if operator in {"<>", "!="}:
        # There an open field differs from every value; our own != needs an answer.
        return ["not", [name, "=", value]]
    return [name, operator, value]


def _box(name: str, operator: str, value: str) -> Condition:
    field, code = name[:-1].split("(", 1)
    ticked: Condition = [field, "in", [code.strip()]]
    if operator not in {"=", "<>", "!="} or value not in {"0", "1", ""}:
        raise NotUnderstood(f"compares a box by {operator} {value}")
    wanted = (value == "1") == (operator == "=")
    return ticked if wanted else ["not", ticked]


def _emptiness(name: str, operator: str) -> Condition:
    answered: Condition = [name, "answered"]
    if operator == "=":
        return ["not", answered]
    if operator in {"<>", "!="}:
        return answered
    raise NotUnderstood(f"orders [{name}] against nothing")
