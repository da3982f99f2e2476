"""Random lives of one participant against a small independent model that counts in days.

The system under test is what the store does: at every change the existing forms are reconciled
with what is wanted then. After each step three accounts must agree: the stored forms, the schedule
replayed from the facts alone, and the model, which knows the rules but none of the code. What staff
may not do is asked of the code and of the model alike.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

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

from sayso.domain import correction
from sayso.domain.correction import Answers, Correction
from sayso.domain.errors import AlreadyRecorded, SaysoError, SecondPersonNeeded
from sayso.domain.exemption import approval_reason
from sayso.domain.participation import (
    AnchorDate,
    ArmChange,
    Event,
    Exemption,
    ResponseFact,
    ZoneMove,
)
from sayso.domain.plausible import check_arm_change
from sayso.domain.rule_errors import ArmSwitchRefused
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
from support.day_model import ENROLLED, Model
from support.people import at, day, person, shortened, stop_study

QUESTIONNAIRE = "demo-hrqol"
STAFF = (1, 2)
# In each of these zones it is the same day as in New York when the machine acts.
ZONES = ("America/New_York", "Europe/Dublin", "Pacific/Honolulu", "Asia/Karachi")
RESTARTS = ("restart_without_progression", "restart_after_progression")


# The model knows one questionnaire of each timepoint; the baseline asks one more.
STUDY = shortened(stop_study(), questionnaires=1)
SCHEDULE = {t.id: (t.opens, t.target, t.closes) for t in STUDY.timepoints if t.packs}
# The first amendment changes two windows, the second one of them again and another one.
AMENDMENTS = ({"W24": 21, "W48": 3}, {"W24": 7, "W36": 30})


class Lives(RuleBasedStateMachine):
    """A participant's life, told to the code and to the model in the same words."""

    @initialize()
    def enrol(self) -> None:
        self.model = Model(SCHEDULE)
        self.history: tuple[StudyVersion, ...] = (StudyVersion(STUDY),)
        self.facts = person(anchors=(AnchorDate("cessation", day(0), at(0, 12)),))
        self.forms: dict[Key, WantedForm] = {}
        self.requests: list[Correction] = []
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
        wanted = self.replayed = wanted_under(self.history, self.facts, now)
        answered = answered_keys(self.forms.values(), known)
        before = dict(self.forms)
        plan = reconcile(self.forms.values(), wanted, answered, now)
        self.forms = applied(self.forms.values(), plan)
        assert not reconcile(self.forms.values(), wanted, answered, now)
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
        self.replayed = wanted_under(self.history, self.facts, self.now)

    @precondition(lambda self: not self.facts.exemptions)
    @rule(ago=st.integers(0, 300), length=st.none() | st.integers(0, 200), approve=st.booleans())
    def exempt(self, ago: int, length: int | None, approve: bool) -> None:
        start = max(self.model.today - ago, ENROLLED)
        end = None if length is None else day(start + length)
        entry = Exemption("LANGUAGE", day(start), end, self.now)
        forms = tuple(self.forms.values())
        needed = approval_reason(entry, self.facts, forms, STUDY.rules) is not None
        approved = self.now if approve else None
        entry = replace(entry, needs_approval=needed, approved_at=approved)
        decided = any(self.event_form_is_settled(form, entry) for form in forms)
        assert needed == (self.model.needs_a_second_person(start, length) or decided)
        self.model.exempt(start, length, effective=approve or not needed)
        self.change(exemptions=(entry,))

    def event_form_is_settled(self, form: WantedForm, entry: Exemption) -> bool:
        """Event forms and other questionnaires are outside the model; the code is asked."""
        if form.timepoint in SCHEDULE and form.questionnaire == QUESTIONNAIRE:
            return False
        (status,) = statuses([form], self.facts, self.now, STUDY.rules)
        return entry.covers(form.target) and status.status in {"missing", "received"}

    @precondition(lambda self: self.model.exemption_waits)
    @rule()
    def approve_exemption(self) -> None:
        (entry,) = self.facts.exemptions
        self.model.exemptions[0].effective = True
        self.change(exemptions=(replace(entry, approved_at=self.now),))

    @precondition(lambda self: any(one.valid_to is None for one in self.facts.exemptions))
    @rule(back=st.integers(0, 120))
    def end_exemption(self, back: int) -> None:
        (entry,) = self.facts.exemptions
        end = max(self.model.today - back, (entry.valid_from - day(0)).days)
        self.model.exemptions[0].end, self.model.exemptions[0].ended = end, self.model.today
        self.change(exemptions=(replace(entry, valid_to=day(end), ended_at=self.now),))

    @rule(to=st.integers(-30, 30))
    def move_anchor(self, to: int) -> None:
        now = self.now
        voided = tuple(
            entry if entry.voided_at is not None else replace(entry, voided_at=now)
            for entry in self.facts.anchors
        )
        self.model.cessation = to
        self.change(anchors=(*voided, AnchorDate("cessation", day(to), now)))

    @precondition(lambda self: self.model.today >= 10 * len(self.facts.arm_changes))
    @rule()
    def switch_arm(self) -> None:
        """Somebody was put into the wrong arm; what was answered there stands in the way."""
        other = "continue" if self.facts.arm == "stop" else "stop"
        known = self.facts.known_at(self.now)
        answered = answered_keys(self.forms.values(), known)
        today = day(self.model.today)
        if self.model.answered() or (other == "continue" and self.model.restarted):
            with pytest.raises(ArmSwitchRefused):
                check_arm_change(STUDY, known, other, {}, answered, today)
            return
        check_arm_change(STUDY, known, other, {}, answered, today)
        entry = ArmChange(self.facts.arm, other, self.now)
        self.model.arm = other
        self.change(arm=other, arm_changes=(*self.facts.arm_changes, entry))
        self.model.put_into_arm()

    @rule(zone=st.sampled_from(ZONES))
    def move_zone(self, zone: str) -> None:
        """Dates stay what they are; an open window may end later, but never earlier."""
        before, now = dict(self.forms), self.now
        entry = ZoneMove(self.facts.zone, zone, now)
        self.change(zone=zone, zone_moves=(*self.facts.zone_moves, entry))
        for key, form in before.items():
            after = self.forms[key]
            assert (after.opens, after.closes) == (form.opens, form.closes)
            if form.opens_at <= now:
                assert after.opens_at == form.opens_at
                assert after.closes_at >= form.closes_at
            elif form.timepoint not in self.model.answers:
                assert after.opens_at == midnight(after.opens, zone)
                assert after.closes_at == midnight(after.closes + timedelta(days=1), zone)

    @rule(kind=st.sampled_from(("progression", *RESTARTS, "lost")), back=st.integers(0, 60))
    def something_happens(self, kind: str, back: int) -> None:
        if kind in RESTARTS and self.facts.arm != "stop":
            kind = "progression"
        self.model.restarted += kind in RESTARTS
        self.enter_event(kind, back)

    @precondition(lambda self: not self.model.gone)
    @rule(kind=st.sampled_from(("death", "withdrawal_pro", "off_study")), back=st.integers(0, 60))
    def leave(self, kind: str, back: int) -> None:
        self.model.gone[kind] = self.enter_event(kind, back)

    def enter_event(self, kind: str, back: int) -> int:
        """Enter, today, what happened some days ago; returns the day."""
        on = max(self.model.today - back, ENROLLED)
        self.change(events=(*self.facts.events, Event(kind, day(on), self.now)))
        return on

    @precondition(lambda self: self.facts.known_at(self.now).events)
    @rule()
    def take_event_back(self) -> None:
        last = self.facts.known_at(self.now).events[-1]
        self.model.gone.pop(last.kind, None)
        self.model.restarted -= last.kind in RESTARTS
        voided = replace(last, voided_at=self.now)
        self.change(events=tuple(voided if one is last else one for one in self.facts.events))

    @precondition(lambda self: self.model.offered())
    @rule(data=st.data(), offline=st.sampled_from((0, 0, 1, 9, 30)))
    def answer(self, data: st.DataObject, offline: int) -> None:
        """The app offers a form once its window opens; it may send the answers much later."""
        timepoint = data.draw(st.sampled_from(self.model.offered()))
        self.send(timepoint, max(self.model.today - offline, self.model.windows[timepoint][0]))

    @precondition(lambda self: self.model.answers)
    @rule(data=st.data())
    def answer_twice(self, data: st.DataObject) -> None:
        """Another device sends the same form; it may have been filled in before the first."""
        timepoint = data.draw(st.sampled_from(sorted(self.model.answers)))
        earlier = self.model.today - data.draw(st.integers(0, 5))
        self.send(timepoint, max(earlier, self.model.windows[timepoint][0]))

    def send(self, timepoint: str, written: int) -> None:
        name = self.model.answer(timepoint, written)
        response = ResponseFact(name, timepoint, QUESTIONNAIRE, at(written), self.now)
        self.change(responses=(*self.facts.responses, response))

    @precondition(lambda self: self.facts.responses)
    @rule(data=st.data(), value=st.integers(1, 9), by=st.sampled_from(STAFF))
    def ask_for_correction(self, data: st.DataObject, value: int, by: int) -> None:
        name = data.draw(st.sampled_from([one.id for one in self.facts.responses]))
        if name in self.model.waiting:
            with pytest.raises(AlreadyRecorded):
                correction.check_new(self.requests, name)
            return
        correction.check_new(self.requests, name)
        number = len(self.requests) + 1
        said = Answers({"item": value}, ())
        self.requests.append(Correction(number, name, said, "Misheard", self.now, by))
        self.model.waiting[name] = (value, by)
        self.changes += 1

    @precondition(lambda self: self.model.waiting)
    @rule(data=st.data(), accept=st.booleans(), by=st.sampled_from(STAFF))
    def decide_correction(self, data: st.DataObject, accept: bool, by: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.waiting)))
        place = max(n for n, one in enumerate(self.requests) if one.response_id == name)
        waiting = self.requests[place]
        value, author = self.model.waiting[name]
        if accept and by == author:
            with pytest.raises(SecondPersonNeeded):
                correction.check_decision(waiting, accept, by)
            return
        correction.check_decision(waiting, accept, by)
        self.requests[place] = replace(waiting, accepted=accept, decided_at=self.now, decided_by=by)
        with pytest.raises(SaysoError):
            correction.check_decision(self.requests[place], accept, by)
        del self.model.waiting[name]
        if accept:
            self.model.counts[name] = value
        self.changes += 1

    @precondition(lambda self: len(self.model.amendments) < len(AMENDMENTS))
    @rule(ahead=st.integers(-20, 60))
    def amend(self, ahead: int) -> None:
        """An amendment may even name a day that is past: what has opened keeps its window."""
        widths = AMENDMENTS[len(self.model.amendments)]
        effective = self.model.today + ahead
        self.model.amendments.append((effective, widths))
        newest = wider(self.history[-1].study, widths)
        self.history = (*self.history, StudyVersion(newest, day(effective), self.now))
        self.change()

    @invariant()
    def the_schedule_replayed_from_the_facts_is_what_is_stored(self) -> None:
        assert {form.key: form for form in self.replayed} == self.forms

    @invariant()
    def every_window_is_where_the_model_has_it(self) -> None:
        for timepoint, window in self.model.windows.items():
            form = self.forms[timepoint, QUESTIONNAIRE]
            dates = (form.opens, form.target, form.closes)
            assert tuple((each - day(0)).days for each in dates) == window, timepoint

    @invariant()
    def every_status_is_what_the_model_says(self) -> None:
        now, names = self.now, list(self.model.windows)
        forms = [self.forms[timepoint, QUESTIONNAIRE] for timepoint in names]
        found = statuses(forms, self.facts.known_at(now), now, STUDY.rules)
        said = {name: status.detail for name, status in zip(names, found, strict=True)}
        assert said == {name: self.model.status(name) for name in names}

    @invariant()
    def the_answers_that_count_are_those_that_the_model_counts(self) -> None:
        found = correction.standing(self.requests, self.now)
        assert {name: one.said.answers["item"] for name, one in found.items()} == self.model.counts
        assert len(self.facts.responses) == sum(map(len, self.model.answers.values()))


def midnight(on: object, zone: str) -> datetime:
    """The instant at which a local day begins, asked of the zone itself."""
    return datetime.combine(on, time(), ZoneInfo(zone))  # type: ignore[arg-type]


def wider(study: Study, widths: dict[str, int]) -> Study:
    """An amendment: the next version, with windows of these half widths."""
    return replace(
        study,
        version=str(int(study.version) + 1),
        timepoints=tuple(
            replace(t, opens=t.target - widths[t.id], closes=t.target + widths[t.id])
            if t.id in widths
            else t
            for t in study.timepoints
        ),
    )


def lives(examples: int, steps: int = 30) -> settings:
    """So many lives of so many steps each."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_random_lives_agree_with_the_model() -> None:
    run_state_machine_as_test(Lives, settings=lives(200))


@pytest.mark.nightly
def test_many_more_and_longer_lives_agree_with_the_model() -> None:
    run_state_machine_as_test(Lives, settings=lives(3000, steps=60))
