"""Labels become plain text; nothing of them can ever run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.formats.plain_text import has_markup, plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<b>How</b> are <i>you</i>?", "How are you?"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("Fish &amp; chips", "Fish & chips"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("<script>alert(1)</script>Hello", "Hello"),
        ('<img src=x onerror="alert(1)">Hello', "Hello"),
        ("<style>p {color: red}</style>Hello", "Hello"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("  much \t space \u00a0 here ", "much space here"),
        ("zero\u200bwidth and \u202eturned", "zero width and turned"),
        ("a\x00b\x07c", "a b c"),
        ("", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_plain(text: object, wanted: str) -> None:
    assert plain(text) == wanted


def test_markup_is_noticed() -> None:
    assert [has_markup(one) for one in ("<b>x</b>", "a < b", "<!-- x -->", "x")] == [
        True, False, True, False,
    ]  # fmt: skip


@given(st.text(alphabet="abc def.,!?", max_size=40))
def test_a_tag_around_words_changes_nothing(words: str) -> None:
    assert plain(f"<b>{words}</b>") == plain(words)


@given(st.text(alphabet="<>/abscript&;!-'\" =\n", max_size=60))
def test_no_script_that_begins_is_left(text: str) -> None:
    found = plain(f"<p>Hello</p><script>{text}")
    assert found == "Hello"


@given(st.text())
def test_any_text_at_all(text: str) -> None:
    assert plain(text) == plain(text).strip()
