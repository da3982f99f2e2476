"""Everything that can go wrong has a name, a page that explains it and a sentence in an app."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import pytest

import sayso
from sayso.domain.errors import SaysoError
from sayso.web import problems
from support.house import ROOT

_APP_SENTENCES = (
    ROOT / "pwa" / "src" / "strings" / "en.ts",
    ROOT / "pwa" / "src" / "staff" / "strings" / "problems.ts",
)
# What only an administrator meets, at a terminal or in a log, where the message itself is shown.
_AT_A_TERMINAL = {
    "answer-table-wrong", "app-not-built", "copy-failed", "facts-file-wrong", "key-file-missing",
    "key-file-wrong", "mail-settings-wrong", "not-json", "push-too-large", "rules-do-not-fit",
    "schema-out-of-date", "seal-broken", "settings-wrong", "site-taken", "staff-exists",
    "vapid-key-exists", "vapid-key-missing", "vapid-key-wrong", "vapid-subject-wrong",
}  # fmt: skip


def named_errors() -> list[type[SaysoError]]:
    """Every error class of the whole program, in every module that could define one."""
    for module in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {kind for kind in below(SaysoError) if kind.__module__.startswith("sayso.")}
    return sorted(ours, key=lambda kind: kind.__qualname__)


def below(kind: type[SaysoError]) -> Iterator[type[SaysoError]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def slugs() -> set[str]:
    return {kind.slug for kind in named_errors()}


def with_a_sentence(slug: str) -> bool:
    return any(speaks_of(slug, path.read_text("utf-8")) for path in _APP_SENTENCES)


def speaks_of(slug: str, text: str) -> bool:
    return re.search(rf'"{re.escape(slug)}"', text) is not None


def test_every_error_has_a_slug_of_its_own_and_says_what_it_is() -> None:
    kinds = named_errors()
    assert len(kinds) > 20
    for kind in kinds:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", kind.__dict__.get("slug", "")), kind
        assert (kind.__doc__ or "").strip().endswith("."), kind
    assert [slug for slug, count in Counter(k.slug for k in kinds).items() if count > 1] == []


def test_every_slug_has_a_page_with_a_sentence() -> None:
    pages = problems.explained()
    assert slugs() - pages.keys() == set()
    assert [slug for slug, (title, sentence) in pages.items() if not title or not sentence] == []


def test_every_slug_that_an_app_can_meet_has_a_sentence_there() -> None:
    silent = {slug for slug in slugs() - _AT_A_TERMINAL if not with_a_sentence(slug)}
    assert silent == set()


def test_the_list_of_what_apps_never_meet_is_current() -> None:
    assert _AT_A_TERMINAL - slugs() == set()
    assert {slug for slug in _AT_A_TERMINAL if with_a_sentence(slug)} <= {"staff-exists"}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('"slow-down": "Wait a moment."', True),
        ('new Set(["slow-down"])', True),
        ('"slow-down-more": "Wait longer."', False),
        ("// slow-down", False),
    ],
)
def test_how_a_sentence_is_found(text: str, spoken: bool) -> None:
    assert speaks_of("slow-down", text) is spoken


def test_every_error_has_a_status_that_says_whose_fault_it_is() -> None:
    for kind in named_errors():
        status, title = problems.row_of(kind)
        assert 400 <= status < 600, kind
        assert title
