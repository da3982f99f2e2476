"""What the two languages of conditions have in common: tokens, and/or, parentheses, comparisons.

REDCap's branching logic and the XPath of XLSForms differ in how they spell a field and in which
functions they know, and in nothing else that real files use. A language is a `Tokens` table and a
subclass of `Parser` with its own atoms. Whatever it does not know is refused with the piece that
was not understood; nothing is guessed.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeAlias

Condition: TypeAlias = list[Any]

DEEPEST = 15
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class NotUnderstood(ValueError):
    """The expression holds something that is not of its language; the message names it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: `kind` is field, text, number, operator, word, open, close, …"""

    kind: str
    text: str

    @property
    def literal(self) -> str:
        """The value of a text or a number."""
        return self.text[1:-1] if self.kind == "text" else self.text


def tokens(pattern: re.Pattern[str], text: str, longest: int) -> list[Token]:
    """Cut an expression into tokens, one for each named group of the pattern.

    Raises NotUnderstood for what no group matches, and for text that is longer than `longest`
    characters.
    """
    if len(text) > longest:
        raise NotUnderstood(f"is longer than {longest} characters")
    found, place = [], 0
    text = text.replace("\u00a0", " ").rstrip()
    while place < len(text):
        match = pattern.match(text, place)
        if match is None or match.lastgroup is None:
            raise NotUnderstood(f"is not understood at {text[place : place + 30]!r}")
        found.append(Token(match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return found


class Parser(ABC):
    """Recursive descent over `or`, `and` and single conditions, which a language defines."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0

    def whole(self) -> Condition:
        """The condition that all tokens make. Raises NotUnderstood."""
        condition = self.either(0)
        if self.next is not None:
            raise NotUnderstood(f"is not understood from {self.next.text!r} on")
        return condition

    @abstractmethod
    def single(self, depth: int) -> Condition:
        """One condition that is neither joined by `and` nor by `or`; a language's own part."""

    @abstractmethod
    def compared(self, field: Token, operator: str, literal: Token) -> Condition:
        """The condition `field operator literal`; a language's own part."""

    @property
    def next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def take(self, kind: str, text: str = "") -> Token | None:
        """The next token if it is of that kind (and text), else None."""
        token = self.next
        if token is None or token.kind != kind or (text and token.text.lower() != text):
            return None
        self._place += 1
        return token

    def must(self, *kinds: str) -> Token:
        """The next token, which has to be of one of these kinds. Raises NotUnderstood."""
        for kind in kinds:
            if token := self.take(kind):
                return token
        raise NotUnderstood(f"is not understood at {self.found!r}")

    @property
    def found(self) -> str:
        """What stands here, for messages."""
        return self.next.text if self.next else "the end"

    def either(self, depth: int) -> Condition:
        """Conditions joined by `or`. Raises NotUnderstood."""
        if depth > DEEPEST:
            raise NotUnderstood("is nested too deeply")
        parts = [self._both(depth)]
        while self.take("word", "or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else ["any", *parts]

    def _both(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self.take("word", "and"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else ["all", *parts]

    def enclosed(self, depth: int) -> Condition:
        """What stands between an open parenthesis, already taken, and its end."""
        if depth >= DEEPEST:
            raise NotUnderstood("is nested too deeply")
        inner = self.either(depth + 1)
        if not self.take("close"):
            raise NotUnderstood("has a parenthesis that is not closed")
        return inner

    def operand(self) -> Token:
        """A field or a literal. Raises NotUnderstood."""
        return self.must("field", "text", "number")

    def comparison(self, left: Token) -> Condition:
        """What follows a first operand; the field may stand on either side."""
        operator = self.must("operator").text
        right = self.operand()
        if left.kind != "field":
            left, right, operator = right, left, _TURNED.get(operator, operator)
        if left.kind != "field" or right.kind == "field":
            raise NotUnderstood(f"compares {left.text} with {right.text}")
        return self.compared(left, operator, right)


def unlike(name: str, value: str) -> Condition:
    """In both languages an open field differs from every value; our own != needs an answer."""
    return ["not", [name, "=", value]]
