"""Two languages of conditions, one way of joining, enclosing and refusing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.formats.condition_parser import DEEPEST, Condition, NotUnderstood
from sayso.formats.redcap_logic import parse_branching
from sayso.formats.xlsform_logic import parse_relevant

Parse = Callable[[str], Condition | None]


def branching(text: str) -> Condition | None:
    """REDCap's spelling of fields that are written `a`, `b`, `c` here."""
    return parse_branching(text.replace("<a>", "[a]").replace("<b>", "[b]").replace("<c>", "[c]"))


def relevant(text: str) -> Condition | None:
    """The spelling of XLSForms for the same."""
    return parse_relevant(text.replace("<a>", "${a}").replace("<b>", "${b}").replace("<c>", "${c}"))


both = pytest.mark.parametrize("parse", [branching, relevant])
A, B, C = ["a", "=", "1"], ["b", "=", "2"], ["c", "=", "3"]


@both
@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("<a> = 1", A),
        ("1 = <a>", A),
        ("'1' = <a>", A),
        ("<a> < 5", ["a", "<", "5"]),
        ("5 < <a>", ["a", ">", "5"]),
        ("5 >= <a>", ["a", "<=", "5"]),
        ("<a> != 1", ["not", A]),
        ("<a> = ''", ["not", ["a", "answered"]]),
        ('<a> != ""', ["a", "answered"]),
        ("<a>=1 and <b>=2", ["all", A, B]),
        ("<a>=1 or <b>=2 and <c>=3", ["any", A, ["all", B, C]]),
        ("(<a>=1 or <b>=2) and <c>=3", ["all", ["any", A, B], C]),
        ("<a>=1 AND <b>=2 and <c>=3", ["all", A, B, C]),
        ("not(<a>=1)", ["not", A]),
        ("((<a>=1))", A),
        ("\u00a0<a>\u00a0=\u00a01 ", A),
        ("", None),
        ("   ", None),
    ],
)
def test_what_both_languages_say_alike(
    parse: Parse, text: str, condition: Condition | None
) -> None:
    assert parse(text) == condition


@both
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(<a>=1", "a parenthesis that is not closed"),
        ("<a>=1)", "is not understood from ')' on"),
        ("<a>=1 <b>=2", "is not understood from"),
        ("<a>=<b>", "compares"),
        ("1=1", "compares 1 with 1"),
        ("<a>=", "is not understood at 'the end'"),
        ("and", "is not understood at"),
        ("<a>=1 and", "is not understood at 'the end'"),
        ("<a> = 1 ; <b> = 2", "is not understood at ' ;"),
        ("today() = 1", ""),
        ("(" * (DEEPEST + 2) + "<a>=1" + ")" * (DEEPEST + 2), "nested too deeply"),
        ("<a>=1 or " * 9000 + "<a>=1", "is longer than"),
    ],
)
def test_what_both_refuse_with_the_piece_that_is_wrong(parse: Parse, text: str, why: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse(text)
    assert why in str(refused.value)


@both
def test_depth_up_to_the_limit_is_understood(parse: Parse) -> None:
    assert parse("(" * DEEPEST + "<a>=1" + ")" * DEEPEST) == A


PIECES = st.sampled_from(
    ["<a>", "<b>", "1", "'x'", "=", "!=", "<", ">=", "and", "or", "not", "(", ")", "[a(1)]", ",",
     "selected(", "string-length(", ".", "#", "//", "\n", "“x”"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_any_expression_is_a_condition_or_a_sentence(text: str) -> None:
    for parse in (branching, relevant):
        found, said = None, "a condition"
        try:
            found = parse(text)
        except NotUnderstood as refused:
            said = str(refused)
        assert said
        assert found is None or isinstance(found[0], str)
