"""One door for every format that we import: what is it, is it safe to open, who reads it.

Sizes are checked before anything is read or unpacked, so that a hostile file costs a sentence and
not the machine.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from sayso.formats.fhir_import import import_fhir
from sayso.formats.import_draft import Imported
from sayso.formats.redcap_import import import_redcap
from sayso.formats.xlsform_import import import_xlsform

MAX_BYTES = 10_000_000
MAX_UNPACKED = 40_000_000
MAX_ENTRIES = 500
_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00\xfe\xff": "UTF-32",
}


_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What reading an archive raises when its bytes are damaged or of a kind that Python lacks."""


class _Refused(ValueError):
    """The file as a whole cannot be an instrument; the message says why."""


def import_file(path: Path) -> Imported:
    """Import a file of any known format. Raises OSError when the file cannot be read at all."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        why = f"is {size // 1_000_000} MB; an instrument has at most {MAX_BYTES // 1_000_000} MB"
        return _refusal("", why)
    return import_bytes(path.read_bytes(), path.name)


def import_bytes(data: bytes, name: str) -> Imported:
    """Import the content of a file. `name` is used for a title when the content has none."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        if len(data) > MAX_BYTES:
            raise _Refused(f"is larger than {MAX_BYTES // 1_000_000} MB")
        if data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
            return _zip(data, sha256, name)
        text = _text(data)
        start = text.lstrip()[:1]
        if start in {"{", "["}:
            return _json(text, sha256)
        if start == "<":
            raise _Refused("is XML; FHIR questionnaires are read as JSON")
        return import_redcap(text, sha256, name)
    except _Refused as error:
        return _refusal(sha256, str(error))
    except RecursionError:
        return _refusal(sha256, "is nested too deeply")


def _refusal(sha256: str, why: str) -> Imported:
    return Imported("unknown", "", [], [], [], sha256, None, why)


def _text(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            raise _Refused(f"is {encoding} text; save it as UTF-8")
    if not data.strip():
        raise _Refused("is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Refused(f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if "\x00" in text:
        raise _Refused("holds zero bytes; it is no text file, or UTF-16 without its mark")
    return text


def _json(text: str, sha256: str) -> Imported:
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise _Refused(f"is not JSON: {error.msg} at line {error.lineno}") from error
    except RecursionError as error:
        raise _Refused("is JSON nested too deeply") from error
    except ValueError as error:
        raise _Refused("is JSON with a number too long to read") from error
    if not isinstance(document, dict):
        raise _Refused("is JSON, but not a FHIR resource")
    return import_fhir(document, sha256)


def _zip(data: bytes, sha256: str, name: str) -> Imported:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            names = {PurePosixPath(entry.filename).name.lower(): entry for entry in entries}
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                return import_xlsform(data, sha256, name)
            if "instrument.csv" not in names:
                raise _Refused("is a zip without an instrument.csv")
            text = _text(archive.read(names["instrument.csv"]))
    except _Refused:
        raise
    except _BROKEN_ZIP as error:
        raise _Refused(f"is a zip that cannot be opened: {error}") from error
    return import_redcap(text, sha256, name)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Sizes come from the directory of the archive; reading stops where it lied."""
    if len(entries) > MAX_ENTRIES:
        raise _Refused(f"is a zip of {len(entries)} files; at most {MAX_ENTRIES} are opened")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise _Refused(f"would unpack to {unpacked // 1_000_000} MB")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _Refused("is a zip with a password")
