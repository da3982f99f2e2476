"""The cells of an Excel workbook as text, read with the standard library alone.

An XLSForm needs words from three sheets and nothing else of Excel. Reading them directly spares a
dependency, and keeps memory in hand: parts are parsed as a stream and rows are counted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

MOST_ROWS = 5_000
_MOST_STRINGS = 200_000
_MOST_COLUMNS = 200
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class NoWorkbook(ValueError):
    """The file is no workbook that can be read; the message says why."""


def read_sheets(data: bytes, wanted: tuple[str, ...]) -> dict[str, list[list[str]]]:
    """The rows of the wanted sheets, by lower-case name; absent sheets are left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            strings = _shared_strings(archive)
            return {
                name: list(_rows(archive, part, strings))
                for name, part in _sheet_parts(archive)
                if name in wanted
            }
    except ElementTree.ParseError as error:
        raise NoWorkbook(f"holds XML that cannot be read: {error}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, NoWorkbook):
            raise
        raise NoWorkbook(f"is a workbook with a missing or damaged part: {error}") from error


def _open(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    with archive.open(part) as stream:
        # Entities are declared in a document type; no workbook has one, so none is ever expanded.
        if b"<!" in stream.read(2_000).replace(b"<!--", b""):
            raise NoWorkbook("holds a document type declaration")
    return archive.open(part)


def _events(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[Element]:
    with _open(archive, part) as stream:
        for _, element in ElementTree.iterparse(stream, ("end",)):  # noqa: S314
            if element.tag == _MAIN + tag:
                yield element
                element.clear()


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    part = "xl/sharedStrings.xml"
    if part not in archive.namelist():
        return []
    strings: list[str] = []
    for element in _events(archive, part, "si"):
        if len(strings) >= _MOST_STRINGS:
            raise NoWorkbook(f"holds more than {_MOST_STRINGS} texts")
        strings.append(_words(element))
    return strings


def _words(element: Element) -> str:
    # Phonetic hints (rPh) stand beside the text and are not part of it.
    spoken = {id(one) for hint in element.iter(_MAIN + "rPh") for one in hint.iter(_MAIN + "t")}
    return "".join(one.text or "" for one in element.iter(_MAIN + "t") if id(one) not in spoken)


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    with _open(archive, "xl/_rels/workbook.xml.rels") as stream:
        relations = {
            str(one.get("Id")): str(one.get("Target"))
            for _, one in ElementTree.iterparse(stream)  # noqa: S314
            if one.get("Id")
        }
    parts = []
    for sheet in _events(archive, "xl/workbook.xml", "sheet"):
        target = relations[str(sheet.get(_RELATION))]
        part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        parts.append((str(sheet.get("name")).strip().lower(), part))
    return parts


def _rows(archive: zipfile.ZipFile, part: str, strings: list[str]) -> Iterator[list[str]]:
    for number, element in enumerate(_events(archive, part, "row")):
        if number >= MOST_ROWS:
            raise NoWorkbook(f"has a sheet of more than {MOST_ROWS} rows")
        row: list[str] = []
        for place, cell in enumerate(element):
            if len(cell) == 0:
                # Only a style: spreadsheets are full of such cells.
                continue
            column = _column(str(cell.get("r") or ""), place)
            if column < _MOST_COLUMNS:
                row += [""] * (column + 1 - len(row))
                row[column] = _cell(cell, strings)
        yield row


def _column(reference: str, place: int) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return place
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return column - 1


def _cell(cell: Element, strings: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return _words(cell)
    value = cell.findtext(_MAIN + "v") or ""
    if kind == "s" and value:
        return strings[int(value)]
    if kind == "b":
        return "true" if value == "1" else "false"
    if kind is None and value.endswith(".0"):
        return value[:-2]
    return value
