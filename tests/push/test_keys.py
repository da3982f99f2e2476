"""The server's own push key: made on request, never overwritten, never made up."""

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from sayso.domain.errors import VapidKeyExists, VapidKeyMissing, VapidKeyWrong, VapidSubjectWrong
from sayso.push.keys import check_subject, create, load, rotate


def test_a_new_key_is_private_to_its_owner_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vapid.pem"
    made = create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ring = load(path)
    assert ring.current.public == made.public
    assert ring.by_id(made.id) == ring.current
    assert ring.by_id("other") is None
    assert len(base64.urlsafe_b64decode(made.public + "==")) == 65


def test_an_existing_key_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    path.write_text("precious")
    with pytest.raises(VapidKeyExists, match="sayso vapid rotate"):
        create(path)
    assert path.read_text() == "precious"


def test_a_missing_key_is_said_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    with pytest.raises(VapidKeyMissing, match="sayso vapid create"):
        load(path)
    assert not path.exists()


def test_a_retired_key_still_signs_for_old_phones(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    old = create(path)
    path.rename(tmp_path / "2025.old.pem")
    new = create(path)
    ring = load(path)
    assert ring.current.id == new.id
    found = ring.by_id(old.id)
    assert found is not None
    assert found.public == old.public


def test_a_rotation_makes_a_new_key_and_keeps_every_old_one(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    first = create(path)
    second = rotate(path).current
    ring = rotate(path)
    assert len({first.id, second.id, ring.current.id}) == 3
    assert {key.id for key in ring.older} == {first.id, second.id}
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        ["vapid.pem", f"vapid-{first.id}.old.pem", f"vapid-{second.id}.old.pem"]
    )


def test_a_rotation_that_was_cut_short_is_simply_repeated(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    first = create(path)
    # What a crash leaves behind: a new key that nobody uses yet, and the old one under both names.
    create(tmp_path / "vapid.new.pem")
    (tmp_path / f"vapid-{first.id}.old.pem").hardlink_to(path)
    assert load(path).current.id == first.id
    ring = rotate(path)
    assert ring.current.id != first.id
    assert [key.id for key in ring.older] == [first.id]
    assert not (tmp_path / "vapid.new.pem").exists()


def test_without_a_key_there_is_nothing_to_rotate(tmp_path: Path) -> None:
    with pytest.raises(VapidKeyMissing):
        rotate(tmp_path / "vapid.pem")
    (tmp_path / "vapid.pem").write_text("nonsense")
    with pytest.raises(VapidKeyWrong):
        rotate(tmp_path / "vapid.pem")
    assert [file.name for file in tmp_path.iterdir()] == ["vapid.pem"]


def test_a_bare_key_of_32_bytes_is_read(tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    number = private.private_numbers().private_value.to_bytes(32, "big")
    path = tmp_path / "vapid.txt"
    path.write_bytes(base64.urlsafe_b64encode(number).rstrip(b"=") + b"\n")
    loaded = load(path).current.private
    assert loaded.private_numbers() == private.private_numbers()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vapid.pem"
    path.write_bytes(content)
    with pytest.raises(VapidKeyWrong):
        load(path)


@pytest.mark.parametrize(
    "private", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())]
)
def test_a_key_of_another_kind_is_refused(
    tmp_path: Path, private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    path = tmp_path / "vapid.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(VapidKeyWrong, match="another kind"):
        load(path)


@pytest.mark.parametrize(
    "subject",
    ["mailto:team@example.org", "https://pro.example.org", "https://pro.example.org/"],
)
def test_a_contact_with_a_real_domain_is_accepted(subject: str) -> None:
    assert check_subject(subject) == subject.rstrip("/")


@pytest.mark.parametrize(
    "subject",
    [
        "", "team@example.org", "mailto:", "mailto:team", "mailto:team@localhost",
        "mailto: team@example.org", "mailto:te am@example.org", "mailto:team@pro.local",
        "mailto:team@pro.invalid", "mailto:team@127.0.0.1", "http://pro.example.org",
        "https://localhost", "https://pro.example.org/path", "https://", "mailto:@example.org",
    ],
)  # fmt: skip
def test_a_placeholder_contact_is_refused(subject: str) -> None:
    with pytest.raises(VapidSubjectWrong):
        check_subject(subject)


def test_on_this_machine_alone_any_well_formed_contact_will_do() -> None:
    assert check_subject("mailto:demo@localhost", allow_any=True) == "mailto:demo@localhost"
    with pytest.raises(VapidSubjectWrong):
        check_subject("", allow_any=True)
