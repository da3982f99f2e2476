"""The part of XPath that XLSForms use for `relevant` and `constraint`, as our conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Condition = list[Any]

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
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_DEEPEST = 15
_LONGEST = 5_000


class NotUnderstood(ValueError):
    """The expression holds something that is not of this grammar; the message names it."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse_relevant(text: str) -> Condition | None:
    """The condition of a `relevant` cell; None when it is empty. Raises `NotUnderstood`."""
    if len(text) > _LONGEST:
        raise NotUnderstood(f"is longer than {_LONGEST} characters")
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(tokens)
    condition = parser.joined("or", 0)
    if parser.next is not None:
        raise NotUnderstood(f"is not understood from {parser.next.text!r} on")
    return condition


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


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    text = text.replace("\u00a0", " ").rstrip()
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

    def _must(self, kind: str) -> _Token:
        token = self._take(kind)
        if token is None:
            found = self.next.text if self.next else "the end"
            raise NotUnderstood(f"is not understood at {found!r}")
        return token

    def joined(self, word: str, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise NotUnderstood("is nested too deeply")
        parts = [self._part(word, depth)]
        while self._take("word", word):
            parts.append(self._part(word, depth))
        head = "any" if word == "or" else "all"
        return parts[0] if len(parts) == 1 else [head, *parts]

    def _part(self, word: str, depth: int) -> Condition:
        return self.joined("and", depth) if word == "or" else self._single(depth)

    def _single(self, depth: int) -> Condition:
        if self._take("open"):
            inner = self.joined("or", depth + 1)
            self._must("close")
            return inner
        word = self._take("word")
        if word is None:
            return self._comparison()
        self._must("open")
        name = word.text.lower()
        if name == "not":
            inner = self.joined("or", depth + 1)
            self._must("close")
            return ["not", inner]
        if name == "selected":
            field = _name(self._must("field"))
            self._must("comma")
            value = self._must("text").text[1:-1]
            self._must("close")
            return [field, "in", [value]]
        if name in {"string-length", "count-selected"}:
            return self._counted()
        raise NotUnderstood(f"calls {word.text}()")

    def _counted(self) -> Condition:
        """`string-length(${x}) > 0`: whether there is an answer at all."""
        field = _name(self._must("field"))
        self._must("close")
        operator, number = self._must("operator").text, self._must("number").text
        if (operator, number) in {(">", "0"), (">=", "1"), ("!=", "0")}:
            return [field, "answered"]
        if (operator, number) in {("=", "0"), ("<", "1")}:
            return ["not", [field, "answered"]]
        raise NotUnderstood("counts letters or answers")

    def _comparison(self) -> Condition:
        left = self._operand()
        operator = self._must("operator").text
        right = self._operand()
        if left.kind != "field":
            left, right, operator = right, left, _TURNED[operator]
        if left.kind != "field" or right.kind == "field":
            raise NotUnderstood(f"compares {left.text} with {right.text}")
        return _comparison(_name(left), operator, right)

    def _operand(self) -> _Token:
        for kind in ("field", "text", "number"):
            token = self._take(kind)
            if token is not None:
                return token
        found = self.next.text if self.next else "the end"
        raise NotUnderstood(f"is not understood at {found!r}")


def _name(token: _Token) -> str:
    """The name that a field reference ends in; names are unique, so its path adds nothing."""
    if token.text.startswith("$"):
        return token.text[2:-1].strip()
    return token.text if token.text == "." else token.text.rsplit("/", 1)[1]


def _comparison(name: str, operator: str, literal: _Token) -> Condition:
    value = literal.text[1:-1] if literal.kind == "text" else literal.text
    if value == "" and operator in {"=", "!="}:
        answered: Condition = [name, "answered"]
        return answered if operator == "!=" else ["not", answered]
    if operator == "!=":
        # In XPath an open field differs from every value; our own != needs an answer.
        return ["not", [name, "=", value]]
    return [name, operator, value]
