"""What identifies a person is sealed with a key that lies in a file, and only there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.errors import KeyFileMissing, KeyFileWrong, SealBroken
from sayso.store.sealed import Keyring

KEYRING = Keyring(bytes(range(32)))


@given(st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    sealed = KEYRING.seal(text)
    assert KEYRING.open(sealed) == text
    assert sealed != KEYRING.seal(text)


def test_changed_bytes_do_not_open() -> None:
    sealed = bytearray(KEYRING.seal("alice@example.org"))
    sealed[20] ^= 1

    with pytest.raises(SealBroken):
        KEYRING.open(bytes(sealed))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Keyring(b"x" * 32).open(KEYRING.seal("alice@example.org"))


def test_hashes_depend_on_key_purpose_and_value() -> None:
    seen = {
        KEYRING.keyed_hash("e-mail", "a"),
        KEYRING.keyed_hash("e-mail", "b"),
        KEYRING.keyed_hash("code", "a"),
        Keyring(b"x" * 32).keyed_hash("e-mail", "a"),
    }

    assert len(seen) == 4
    assert KEYRING.keyed_hash("e-mail", "a") in seen


def test_a_new_key_is_for_its_owner_only_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "identifiers.key"

    made = Keyring.create(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.from_file(path).open(made.seal("x")) == "x"
    with pytest.raises(FileExistsError):
        Keyring.create(path)


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing, match="sayso db upgrade"):
        Keyring.from_file(tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"!" * 44, b"QUJD" * 20])
def test_a_damaged_key_says_where_to_look(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "identifiers.key"
    path.write_bytes(content)

    with pytest.raises(KeyFileWrong, match="backup"):
        Keyring.from_file(path)


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")
