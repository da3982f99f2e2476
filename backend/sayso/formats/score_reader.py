"""Reads the score rules of an instrument document."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sayso.domain.questionnaire import Affine, AlsoNeeded, Number, ScoreRule, Table
from sayso.formats.faults import Faults

SCORE_KEYS = frozenset("id title primary of each by need also then round table as_stored".split())
WAYS = ("sum", "mean", "max", "key")


def read_scores(records: object, faults: Faults) -> tuple[ScoreRule, ...]:
    """The score rules in file order; a document without scores has none."""
    if records is None:
        return ()
    if not isinstance(records, list):
        faults.add("scores", "is not a list", "write [ ... ] there")
        return ()
    reader = _ScoreReader(faults)
    return tuple(reader.read(one, f"scores[{place}]") for place, one in enumerate(records))


class _ScoreReader:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def read(self, record: object, where: str) -> ScoreRule:
        if not isinstance(record, dict):
            self._faults.add(where, "is not a score", 'write {"id": ..., "of": [...]}')
            return ScoreRule(where, ())
        for key in sorted(set(record) - SCORE_KEYS):
            self._faults.add(f"{where}.{key}", "is not a key of a score", "mend its spelling")
        score_id = record.get("id")
        if not isinstance(score_id, str) or not score_id.strip():
            self._faults.add(f"{where}.id", f"is {score_id!r}", "give a short name as text")
            score_id = where
        title = record.get("title", "")
        if not isinstance(title, str):
            self._faults.add(f"{where}.title", f"is {title!r}", "give text")
            title = ""
        of = self._ids(record.get("of"), f"{where}.of")
        by = record.get("by", "sum")
        if by not in WAYS:
            self._faults.add(f"{where}.by", f"is {by!r}", f"use one of {', '.join(WAYS)}")
            by = "sum"
        return ScoreRule(
            id=score_id,
            of=of,
            title=title,
            primary=self._flag(record, "primary", where),
            by=str(by),
            each=self._each(record.get("each", {}), of, f"{where}.each"),
            need=self._need(record.get("need", len(of)), len(of), f"{where}.need"),
            also=self._also(record.get("also", []), f"{where}.also"),
            then=self._affine(record.get("then"), f"{where}.then"),
            round=self._round(record.get("round"), f"{where}.round"),
            table=self._table(record.get("table"), f"{where}.table"),
            as_stored=self._flag(record, "as_stored", where),
        )

    def _flag(self, record: Mapping[str, Any], key: str, where: str) -> bool:
        value = record.get(key, False)
        if not isinstance(value, bool):
            self._faults.add(f"{where}.{key}", f"is {value!r}", "write true or false")
        return value is True

    def _ids(self, given: object, where: str) -> tuple[str, ...]:
        if not isinstance(given, list) or not given:
            self._faults.add(where, "names no inputs", "list item or score ids")
            return ()
        ids = tuple(str(one) for one in given)
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            self._faults.add(where, f"names {twice!r} twice", "name each input once")
        return ids

    def _need(self, given: object, inputs: int, where: str) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or given < 1:
            self._faults.add(where, f"is {given!r}", "give a whole number of at least 1")
            return max(inputs, 1)
        if given > inputs:
            self._faults.add(
                where, f"asks for {given} of {inputs} inputs", "ask for as many as there are"
            )
        return given

    def _also(self, given: object, where: str) -> tuple[AlsoNeeded, ...]:
        if not isinstance(given, list):
            self._faults.add(where, "is not a list", 'write [{"of": [...], "need": 22}]')
            return ()
        read = []
        for place, one in enumerate(given):
            spot = f"{where}[{place}]"
            if not isinstance(one, dict) or set(one) != {"of", "need"}:
                self._faults.add(spot, "is malformed", 'write {"of": [...], "need": 22}')
                continue
            of = self._ids(one["of"], f"{spot}.of")
            read.append(AlsoNeeded(of, self._need(one["need"], len(of), f"{spot}.need")))
        return tuple(read)

    def _each(
        self, given: object, of: tuple[str, ...], where: str
    ) -> dict[str, Affine | dict[str, Number]]:
        if not isinstance(given, dict):
            self._faults.add(where, "is not an object", 'write {"item": [-1, 4]}')
            return {}
        read: dict[str, Affine | dict[str, Number]] = {}
        for one, how in given.items():
            place = f"{where}.{one}"
            if one not in of:
                self._faults.add(place, "is not an input of this score", "mend the id")
            if isinstance(how, dict):
                read[one] = self._map(how, place)
                continue
            pair = self._affine(how, place)
            if pair is not None:
                read[one] = pair
        return read

    def _map(self, given: dict[str, Any], where: str) -> dict[str, Number]:
        read: dict[str, Number] = {}
        for code, value in given.items():
            number = self._number(value, f"{where}.{code}")
            if number is not None:
                read[code] = number
        return read

    def _affine(self, given: object, where: str) -> Affine | None:
        if given is None:
            return None
        if not isinstance(given, list) or len(given) != 2:
            self._faults.add(where, f"is {given!r:.60}", "give [factor, constant]")
            return None
        factor, constant = (self._number(one, where) for one in given)
        return None if factor is None or constant is None else (factor, constant)

    def _number(self, given: object, where: str) -> Number | None:
        """A number, or a fraction as text such as "100/3", which no decimal can spell exactly."""
        if isinstance(given, int | float) and not isinstance(given, bool):
            return given
        try:
            if isinstance(given, str) and "/" in given and len(given) < 40:
                return float(Fraction(given))
        except (ValueError, ZeroDivisionError, OverflowError):
            pass
        self._faults.add(where, f"is {given!r:.60}", 'give a number or a fraction such as "100/3"')
        return None

    def _round(self, given: object, where: str) -> int | str | None:
        if given is None or given == "up":
            return None if given is None else "up"
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= 6:
            return given
        self._faults.add(where, f"is {given!r}", 'give 0 to 6 digits, or "up"')
        return None

    def _table(self, given: object, where: str) -> Table | None:
        if given is None:
            return None
        if isinstance(given, dict) and given:
            for key, value in given.items():
                self._result(value, f"{where}.{key}")
            return dict(given)
        if isinstance(given, list) and given:
            return self._bands(given, where)
        self._faults.add(where, "is empty or malformed", "give a map or a list of lower bounds")
        return None

    def _bands(self, given: list[Any], where: str) -> Table:
        bands: list[tuple[Number, Number | str]] = []
        for place, band in enumerate(given):
            spot = f"{where}[{place}]"
            if not isinstance(band, list) or len(band) != 2:
                self._faults.add(spot, f"is {band!r:.60}", "give [lower bound, result]")
                continue
            bound = self._number(band[0], spot)
            self._result(band[1], spot)
            if bound is None:
                continue
            if bands and bound == bands[-1][0]:
                self._faults.add(spot, f"begins at {bound} like the band before", "merge them")
            elif bands and bound < bands[-1][0]:
                self._faults.add(spot, f"begins at {bound}, below the one before", "sort the bands")
            bands.append((bound, band[1]))
        return tuple(bands)

    def _result(self, value: object, where: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self._faults.add(where, f"gives {value!r:.60}", "give a number or a word")
