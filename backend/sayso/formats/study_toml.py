"""The study file: TOML in, a :class:`~sayso.domain.study.Study` out, or every fault at once.

The file names its tables in the plural (`[[timepoints]]`), writes repeated timepoints once
(`[[repeats]]`) and says of every field whether it is public or assumed. What one table cannot show
(windows that overlap, a pack nobody defined) is checked by `study_checks`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sayso.domain.rule_errors import StudyFileWrong
from sayso.domain.study import (
    ALIVE_RULES,
    Anchor,
    Arm,
    EventForm,
    Pack,
    ReminderPolicy,
    Rules,
    Slot,
    Step,
    Study,
    Timepoint,
    Translation,
    VisitSeries,
)
from sayso.formats.faults import Faults
from sayso.formats.study_checks import check_study
from sayso.formats.toml_table import TomlTable

_T = TypeVar("_T")
_LARGEST = 1_000_000
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TABLES = frozenset(
    {
        "study",
        "anchors",
        "arms",
        "packs",
        "timepoints",
        "repeats",
        "event_forms",
        "visit_series",
        "translations",
        "rules",
        "reminders",
    }
)


def load(path: Path | str) -> Study:
    """Read a study file.

    Raises `StudyFileWrong` with every fault: file, key, what is wrong, how to mend it.
    """
    return parse(read_text(path), str(path))


def read_text(path: Path | str) -> str:
    """The text of a study file. Raises `StudyFileWrong` where there is none to read."""
    faults = Faults(str(path))
    try:
        content = Path(path).read_bytes()
        if len(content) <= _LARGEST:
            return content.decode("utf-8")
        faults.add("file", "is larger than a megabyte", "give a study file, not a data file")
    except OSError as error:
        faults.add("file", f"cannot be read ({error.strerror})", "give the path of a study file")
    except UnicodeDecodeError:
        faults.add("file", "is not UTF-8 text", "save it as UTF-8")
    raise StudyFileWrong(faults.found)


def sha256(text: str) -> str:
    """The content hash of a study file: of its bytes, so that `sha256sum` shows the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str, name: str) -> Study:
    """Read the text of a study file; `name` is what faults call it. Raises `StudyFileWrong`."""
    faults = Faults(name)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.add("file", f"is not TOML: {error}", "mend that line and check again")
        raise StudyFileWrong(faults.found) from error
    study = _Reader(document, faults).study()
    check_study(study, faults)
    if faults:
        raise StudyFileWrong(faults.found)
    return study


class _Reader:
    """Walks the document once, collecting provenance and faults on the way."""

    def __init__(self, document: dict[str, Any], faults: Faults) -> None:
        self._document = document
        self._faults = faults
        self._provenance: dict[str, str] = {}

    def study(self) -> Study:
        """The whole study; where faults were noted, with harmless values in their place."""
        for name in self._document:
            if name not in _TABLES:
                mend = f"write one of {', '.join(sorted(_TABLES))}"
                self._faults.add(name, "is not a table of a study file", mend)
        head = self._table("study")
        study = Study(
            key=self._id(head, "key"),
            version=head.text("version"),
            title=head.text("title"),
            official=head.flag("official"),
            banner=head.text("banner"),
            registry=head.optional_text("registry"),
            arms=self._all("arms", self._arm),
            anchors=self._all("anchors", self._anchor),
            packs=self._all("packs", self._pack),
            timepoints=(
                *self._all("timepoints", self._timepoint),
                *(t for group in self._all("repeats", self._repeat) for t in group),
            ),
            event_forms=self._all("event_forms", self._event_form),
            visit_series=self._all("visit_series", self._visit_series),
            rules=self._rules(self._all("translations", self._translation)),
            reminder_policy=self._reminders(),
            provenance=MappingProxyType(self._provenance),
        )
        head.close(self._provenance)
        return study

    def _table(self, name: str) -> TomlTable:
        if name not in self._document:
            self._faults.add(name, "is missing", f"add a table [{name}]")
            return TomlTable(name, {}, Faults())
        return TomlTable(name, self._document[name], self._faults)

    def _all(self, name: str, read: Callable[[TomlTable], _T]) -> tuple[_T, ...]:
        return tuple(self._each(name, read))

    def _each(self, name: str, read: Callable[[TomlTable], _T]) -> Iterator[_T]:
        entries = self._document.get(name, [])
        if not isinstance(entries, list):
            self._faults.add(name, "is not a list of tables", f"write [[{name}]]")
            return
        for number, entry in enumerate(entries, start=1):
            label = entry.get("id") if isinstance(entry, dict) else None
            place = label if isinstance(label, str) and "{" not in label else str(number)
            table = TomlTable(f"{name}.{place}", entry, self._faults)
            yield read(table)
            table.close(self._provenance)

    def _id(self, table: TomlTable, name: str = "id", pattern: str = "") -> str:
        value = table.text(name)
        if value and not _ID.fullmatch(value.replace(pattern, "1") if pattern else value):
            mend = "use letters, digits, - and _, beginning with a letter"
            table.fault(name, f"is {value!r}", mend)
        return value

    def _arm(self, table: TomlTable) -> Arm:
        return Arm(self._id(table), table.text("label"), table.text("anchor"))

    def _anchor(self, table: TomlTable) -> Anchor:
        source = table.one_of("source", ("enrolment", "staff"))
        return Anchor(self._id(table), table.text("label"), source)

    def _pack(self, table: TomlTable) -> Pack:
        slots = []
        for number, entry in enumerate(table.tables("slots"), start=1):
            slot = TomlTable(f"{table.path}.slots.{number}", entry, self._faults)
            slots.append(
                Slot(slot.text("asks"), slot.text("questionnaire"), slot.optional_text("version"))
            )
            slot.close(None)
        return Pack(self._id(table), table.text("label"), tuple(slots))

    def _timepoint(self, table: TomlTable) -> Timepoint:
        return Timepoint(
            id=self._id(table),
            label=table.text("label"),
            arms=table.texts("arms"),
            opens=table.whole("opens"),
            target=table.whole("target"),
            closes=table.whole("closes"),
            packs=table.texts("packs"),
            visit=table.optional_text("visit"),
            anchor=table.optional_text("anchor"),
            enabled=table.flag("enabled", True),
        )

    def _repeat(self, table: TomlTable) -> list[Timepoint]:
        """Timepoints that differ in their number only; `{n}` stands for it in id and label."""
        ident, label = self._id(table, pattern="{n}"), table.text("label")
        numbers, each = table.wholes("n"), table.number("days_each")
        half = table.whole("half_width")
        if ident and "{n}" not in ident:
            table.fault("id", "is the same for every repeat", "put {n} where the number goes")
        arms, packs = table.texts("arms"), table.texts("packs")
        visit, anchor = table.optional_text("visit"), table.optional_text("anchor")
        enabled = table.flag("enabled", True)
        found = []
        for number in numbers:
            target = round(each * number)
            found.append(
                Timepoint(
                    id=ident.replace("{n}", str(number)),
                    label=label.replace("{n}", str(number)),
                    arms=arms,
                    opens=target - half,
                    target=target,
                    closes=target + half,
                    packs=packs,
                    visit=visit,
                    anchor=anchor,
                    enabled=enabled,
                )
            )
        return found

    def _event_form(self, table: TomlTable) -> EventForm:
        return EventForm(
            id=self._id(table),
            label=table.text("label"),
            on=table.texts("on"),
            arms=table.texts("arms"),
            opens=table.whole("opens"),
            target=table.whole("target"),
            closes=table.whole("closes"),
            packs=table.texts("packs"),
        )

    def _visit_series(self, table: TomlTable) -> VisitSeries:
        return VisitSeries(
            id=self._id(table),
            label=table.text("label"),
            kind=table.text("kind"),
            arms=table.texts("arms"),
            opens=table.whole("opens"),
            target=table.whole("target"),
            closes=table.whole("closes"),
            until=table.whole("until"),
        )

    def _translation(self, table: TomlTable) -> Translation:
        return Translation(
            table.text("questionnaire"), table.text("language"), table.day("available_from")
        )

    def _rules(self, translations: tuple[Translation, ...]) -> Rules:
        table = self._table("rules")
        rules = Rules(
            alive_rule=table.one_of("alive_rule", ALIVE_RULES),
            merge_within_days=table.whole("merge_within_days"),
            merge_after_close=table.flag("merge_after_close"),
            exemption_reasons=table.texts("exemption_reasons"),
            exemption_language=table.text("exemption_language"),
            stop_after=table.texts("stop_after"),
            clock_tolerance_hours=table.whole("clock_tolerance_hours"),
            contact_every_days=table.whole("contact_every_days"),
            translations=translations,
        )
        table.close(self._provenance)
        return rules

    def _reminders(self) -> ReminderPolicy:
        table = self._table("reminders")
        steps = []
        for number, entry in enumerate(table.tables("steps"), start=1):
            step = TomlTable(f"reminders.steps.{number}", entry, self._faults)
            counts_from = step.one_of("counts_from", ("opens", "closes"))
            urgent = step.flag("urgent", False)
            steps.append(Step(self._id(step), counts_from, step.whole("days"), urgent))
            step.close(None)
        policy = ReminderPolicy(
            steps=tuple(steps),
            default_hour=table.whole("default_hour"),
            quiet_from=table.clock("quiet_from"),
            quiet_to=table.clock("quiet_to"),
            weekly_cap=table.whole("weekly_cap"),
            staff_task_after_days=table.whole("staff_task_after_days"),
        )
        table.close(self._provenance)
        return policy
