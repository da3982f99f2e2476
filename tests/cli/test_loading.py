"""Verbs are loaded without searches for garbage, which are on again whatever came of it."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import click
import pytest

from sayso.cli.main import cli


@pytest.fixture(autouse=True)
def _garbage_as_before() -> Iterator[None]:
    yield
    gc.enable()


def loaded(monkeypatch: pytest.MonkeyPatch, verb: str = "config") -> list[bool]:
    """Load a verb and say whether garbage was looked for while that happened."""
    seen: list[bool] = []
    load = importlib.import_module

    def watched(name: str, *rest: Any) -> Any:
        seen.append(gc.isenabled())
        return load(name, *rest)

    monkeypatch.setattr(importlib, "import_module", watched)
    assert isinstance(cli.get_command(click.Context(cli), verb), click.Command)
    return seen


def test_nothing_is_searched_while_a_verb_loads_and_all_is_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert loaded(monkeypatch) == [False]
    assert gc.isenabled()


def test_who_has_switched_it_off_finds_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.disable()
    assert loaded(monkeypatch) == [False]
    assert not gc.isenabled()


def test_a_verb_that_cannot_be_loaded_leaves_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> Any:
        raise ImportError("a library is missing")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ImportError, match="missing"):
        cli.get_command(click.Context(cli), "config")
    assert gc.isenabled()


def test_a_module_without_a_command_is_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", lambda _name: SimpleNamespace(command=None))
    with pytest.raises(TypeError, match="no click command"):
        cli.get_command(click.Context(cli), "config")


def test_a_verb_that_nobody_wrote_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", lambda _name: pytest.fail("imported"))
    assert cli.get_command(click.Context(cli), "no-such-verb") is None
    assert cli.get_command(click.Context(cli), "_store") is None
