"""Random lives of one participant against a small independent model that counts in days.

The system under test is what the store does: at every change the existing forms are reconciled
with what is wanted then. After each step three accounts must agree: the stored forms, the schedule
replayed from the facts alone, and the model, which knows the rules but none of the code.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sayso.domain.exemption import approval_reason
from sayso.domain.participation import AnchorDate, Event, Exemption, ResponseFact
from sayso.domain.schedule import (
    Key,
    WantedForm,
    answered_keys,
    applied,
    reconcile,
    wanted_under,
)
from sayso.domain.status import statuses
from sayso.domain.study import Study, StudyVersion
from support.people import at, day, person, stop_study

STUDY = stop_study()
SCHEDULE = {
    t.id: (t.opens, t.target, t.closes)
    for t in STUDY.timepoints
    if t.enabled and t.packs and "stop" in t.arms
}
WIDER = {"W24": 21, "W48": 3}
QUESTIONNAIRE = "demo-hrqol"
ENROLLED = -14
Window = tuple[int, int, int]


@dataclass
class Model:
    """One questionnaire per timepoint, in whole days from the first cessation date."""

    today: int = 0
    anchor: int = 0
    amended: int | None = None
    windows: dict[str, Window] = field(default_factory=dict)
    answers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    exemptions: list[dict[str, int | None]] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)

    def ideal(self, timepoint: str) -> Window:
        opens, target, closes = (self.anchor + offset for offset in SCHEDULE[timepoint])
        half = WIDER.get(timepoint)
        if self.amended is not None and half is not None:
            wide = (target - half, target, target + half)
            if opens > self.amended and wide[0] > self.amended:
                return wide
        return opens, target, closes

    def plan(self) -> None:
        """Forms that have neither opened nor been answered follow the schedule."""
        for timepoint in SCHEDULE:
            now = self.windows.get(timepoint)
            if now is None or (now[0] > self.today and not self.came(timepoint)):
                self.windows[timepoint] = self.ideal(timepoint)

    def came(self, timepoint: str) -> list[tuple[int, int]]:
        return [a for a in self.answers.get(timepoint, []) if a[1] <= self.today]

    def exempt(self, timepoint: str, leave_out: dict[str, int | None] | None = None) -> bool:
        _opens, target, closes = self.windows[timepoint]
        for entry in self.exemptions:
            if entry is leave_out or not entry["effective"]:
                continue
            start, end, ended = entry["start"], entry["end"], entry["ended"]
            assert start is not None
            past = ended is not None and closes < ended
            if start <= target and (end is None or target <= end or past):
                return True
        return False

    def status(self, timepoint: str) -> str:
        opens, _target, closes = self.windows[timepoint]
        came = sorted(self.came(timepoint), key=lambda answer: answer[1])
        if self.exempt(timepoint):
            return "exempt"
        if came:
            if self.today <= closes:
                return "received_open"
            return "in_window" if opens <= came[0][0] <= closes else "late"
        for kind, word in (("death", "death"), ("withdrawal_pro", "withdrawn")):
            if self.gone.get(kind, 10_000) <= closes:
                return f"not_expected:{word}"
        if self.gone.get("off_study", 10_000) <= closes:
            return "not_expected:protocol"
        if self.today < opens:
            return "upcoming"
        return "open" if self.today <= closes else "missing"


class Lives(RuleBasedStateMachine):
    """A participant's life, told to the code and to the model in the same words."""

    @initialize()
    def enrol(self) -> None:
        self.model = Model()
        self.history: tuple[StudyVersion, ...] = (StudyVersion(STUDY),)
        self.facts = person(anchors=(AnchorDate("cessation", day(0), at(0, 12)),))
        self.forms: dict[Key, WantedForm] = {}
        self.number = 0
        self.changes = 0
        self.replan()

    @property
    def now(self) -> datetime:
        """Noon of today and a minute for every change: no two entries share an instant."""
        return at(self.model.today) + timedelta(minutes=self.changes)

    def replan(self) -> None:
        """What the store does after every change, and what the model does."""
        now = self.now
        known = self.facts.known_at(now)
        wanted = wanted_under(self.history, self.facts, now)
        answered = answered_keys(self.forms.values(), known)
        before = dict(self.forms)
        plan = reconcile(self.forms.values(), wanted, answered, now)
        self.forms = applied(self.forms.values(), plan)
        for key in answered:
            assert self.forms[key].opens_at == before[key].opens_at
            assert self.forms[key].closes_at == before[key].closes_at
        self.model.plan()

    def change(self, **fields: object) -> None:
        """Enter something at this very moment; the next entry comes a minute later."""
        self.facts = replace(self.facts, **fields)  # type: ignore[arg-type]
        self.replan()
        self.changes += 1

    @rule(days=st.integers(1, 45))
    def time_passes(self, days: int) -> None:
        self.model.today += days

    @rule(
        start=st.integers(-14, 300), length=st.none() | st.integers(0, 200), approve=st.booleans()
    )
    def exempt(self, start: int, length: int | None, approve: bool) -> None:
        if self.facts.exemptions or start > self.model.today:
            return
        end = None if length is None else day(start + length)
        entry = Exemption("LANGUAGE", day(start), end, self.now)
        forms = tuple(self.forms.values())
        needed = approval_reason(entry, self.facts, forms, STUDY.rules) is not None
        approved = self.now if approve else None
        entry = replace(entry, needs_approval=needed, approved_at=approved)
        reached = [
            timepoint
            for timepoint, (_opens, target, _closes) in self.model.windows.items()
            if start <= target and (length is None or target <= start + length)
        ]
        settled = any(
            self.model.status(t) in {"missing", "in_window", "late", "received_open"}
            for t in reached
        )
        decided = any(self.event_form_is_settled(form, entry) for form in forms)
        assert needed == (start > ENROLLED or settled or decided)
        self.model.exemptions.append(
            {
                "start": start,
                "end": None if length is None else start + length,
                "ended": None,
                "effective": int(approve or not needed),
            }
        )
        self.change(exemptions=(*self.facts.exemptions, entry))

    def event_form_is_settled(self, form: WantedForm, entry: Exemption) -> bool:
        """Event forms and other questionnaires are outside the model; the code is asked."""
        if form.timepoint in SCHEDULE and form.questionnaire == QUESTIONNAIRE:
            return False
        (status,) = statuses([form], self.facts, self.now, STUDY.rules)
        return entry.covers(form.target) and status.status in {"missing", "received"}

    @precondition(lambda self: self.facts.exemptions)
    @rule(back=st.integers(0, 120))
    def end_exemption(self, back: int) -> None:
        (entry,) = self.facts.exemptions
        end = max(self.model.today - back, (entry.valid_from - day(0)).days)
        if entry.valid_to is not None:
            return
        self.model.exemptions[0].update(end=end, ended=self.model.today)
        self.change(exemptions=(replace(entry, valid_to=day(end), ended_at=self.now),))

    @rule(to=st.integers(-30, 30))
    def move_anchor(self, to: int) -> None:
        now = self.now
        voided = tuple(
            entry if entry.voided_at is not None else replace(entry, voided_at=now)
            for entry in self.facts.anchors
        )
        self.model.anchor = to
        self.change(anchors=(*voided, AnchorDate("cessation", day(to), now)))

    @rule(
        kind=st.sampled_from(("progression", "restart_without_progression", "lost")),
        back=st.integers(0, 60),
    )
    def something_happens(self, kind: str, back: int) -> None:
        on = max(self.model.today - back, ENROLLED)
        self.change(events=(*self.facts.events, Event(kind, day(on), self.now)))

    @rule(kind=st.sampled_from(("death", "withdrawal_pro", "off_study")), back=st.integers(0, 60))
    def leave(self, kind: str, back: int) -> None:
        if self.model.gone:
            return
        on = max(self.model.today - back, ENROLLED)
        self.model.gone[kind] = on
        self.change(events=(*self.facts.events, Event(kind, day(on), self.now)))

    @rule(timepoint=st.sampled_from(sorted(SCHEDULE)), offline=st.integers(0, 30))
    def answer(self, timepoint: str, offline: int) -> None:
        """The app offers a form once its window opens; it may send the answers much later."""
        written = self.model.today - offline
        if written < self.model.windows[timepoint][0]:
            return
        self.number += 1
        came = self.now
        response = ResponseFact(f"{self.number:04d}", timepoint, QUESTIONNAIRE, at(written), came)
        self.model.answers.setdefault(timepoint, []).append((written, self.model.today))
        self.change(responses=(*self.facts.responses, response))

    @precondition(lambda self: self.model.amended is None)
    @rule(ahead=st.integers(0, 60))
    def amend(self, ahead: int) -> None:
        self.model.amended = self.model.today + ahead
        version = StudyVersion(wider(STUDY), day(self.model.amended), self.now)
        self.history = (*self.history, version)
        self.change()

    @invariant()
    def the_schedule_replayed_from_the_facts_is_what_is_stored(self) -> None:
        replayed = wanted_under(self.history, self.facts, self.now)
        assert {form.key: form for form in replayed} == self.forms

    @invariant()
    def every_window_is_where_the_model_has_it(self) -> None:
        for timepoint, window in self.model.windows.items():
            form = self.forms[timepoint, QUESTIONNAIRE]
            dates = (form.opens, form.target, form.closes)
            assert tuple((each - day(0)).days for each in dates) == window

    @invariant()
    def every_status_is_what_the_model_says(self) -> None:
        now = self.now
        for timepoint in self.model.windows:
            form = self.forms[timepoint, QUESTIONNAIRE]
            (status,) = statuses([form], self.facts.known_at(now), now, STUDY.rules)
            assert status.detail == self.model.status(timepoint), timepoint


def wider(study: Study) -> Study:
    """The amendment: two windows of other widths."""
    return replace(
        study,
        version="2",
        timepoints=tuple(
            replace(t, opens=t.target - WIDER[t.id], closes=t.target + WIDER[t.id])
            if t.id in WIDER
            else t
            for t in study.timepoints
        ),
    )


def lives(examples: int) -> settings:
    """So many lives of thirty steps each."""
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_random_lives_agree_with_the_model() -> None:
    run_state_machine_as_test(Lives, settings=lives(200))


@pytest.mark.nightly
def test_many_more_lives_agree_with_the_model() -> None:
    run_state_machine_as_test(Lives, settings=lives(3000))
