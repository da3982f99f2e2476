"""What one table of a study file cannot show: names that lead nowhere, windows that collide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from sayso.domain.study import EVENT_KINDS, EventForm, Study, Timepoint, VisitSeries
from sayso.formats.faults import Faults


def check_study(study: Study, faults: Faults) -> None:
    """Note every fault that needs more than one table to be seen."""
    _check_presence(study, faults)
    _check_ids(study, faults)
    _check_anchors(study, faults)
    _check_packs(study, faults)
    for path, entry in _windows(study):
        _check_window(path, entry, study, faults)
    for path, entry in _asking(study):
        _check_asking(path, entry, study, faults)
    _check_overlaps(study, faults)
    _check_events(study, faults)
    _check_rules(study, faults)
    _check_reminders(study, faults)


def _windows(study: Study) -> Iterator[tuple[str, Timepoint | EventForm | VisitSeries]]:
    yield from _asking(study)
    for series in study.visit_series:
        yield f"visit_series.{series.id}", series


def _asking(study: Study) -> Iterator[tuple[str, Timepoint | EventForm]]:
    for timepoint in study.timepoints:
        yield f"timepoints.{timepoint.id}", timepoint
    for form in study.event_forms:
        yield f"event_forms.{form.id}", form


def _check_presence(study: Study, faults: Faults) -> None:
    for name, entries in (
        ("arms", study.arms),
        ("anchors", study.anchors),
        ("packs", study.packs),
        ("timepoints", study.timepoints),
    ):
        if not entries:
            faults.add(name, "is empty", f"add at least one [[{name}]]")


def _check_ids(study: Study, faults: Faults) -> None:
    timepoints = [timepoint.id for timepoint in study.timepoints]
    event_forms = [form.id for form in study.event_forms]
    series = [entry.id for entry in study.visit_series]
    groups: tuple[tuple[str, Iterable[str]], ...] = (
        ("arms", (arm.id for arm in study.arms)),
        ("anchors", (anchor.id for anchor in study.anchors)),
        ("packs", (pack.id for pack in study.packs)),
        ("timepoints", [*timepoints, *event_forms, *series]),
        ("reminders.steps", (step.id for step in study.reminder_policy.steps)),
    )
    for name, ids in groups:
        for ident, times in Counter(ids).items():
            if ident and times > 1:
                faults.add(f"{name}.{ident}", f"is there {times} times", "give each its own id")


def _check_anchors(study: Study, faults: Faults) -> None:
    known = {anchor.id for anchor in study.anchors}
    users = [(f"arms.{arm.id}", arm.anchor) for arm in study.arms]
    users += [(f"timepoints.{t.id}", t.anchor) for t in study.timepoints if t.anchor]
    for path, anchor in users:
        if anchor and anchor not in known:
            what = f"names {anchor!r}, which is never set"
            faults.add(f"{path}.anchor", what, f"add [[anchors]] with id = {anchor!r}")


def _check_packs(study: Study, faults: Faults) -> None:
    for pack in study.packs:
        if not pack.slots:
            faults.add(f"packs.{pack.id}.slots", "is empty", "add one questionnaire or more")
        for ident, times in Counter(slot.questionnaire for slot in pack.slots).items():
            if ident and times > 1:
                what = f"asks {ident!r} {times} times"
                faults.add(f"packs.{pack.id}.slots", what, "ask each questionnaire once")


def _check_window(
    path: str, entry: Timepoint | EventForm | VisitSeries, study: Study, faults: Faults
) -> None:
    if not entry.opens <= entry.target <= entry.closes:
        what = f"is inverted: opens {entry.opens}, target {entry.target}, closes {entry.closes}"
        faults.add(path, f"the window {what}", "write opens <= target <= closes")
    if not entry.arms:
        faults.add(f"{path}.arms", "is without arm", "name the arms it belongs to")
    for arm in entry.arms:
        if study.arm(arm) is None:
            known = ", ".join(a.id for a in study.arms) or "no arm is defined"
            faults.add(f"{path}.arms", f"names {arm!r}, which is no arm", f"write one of {known}")


def _check_asking(path: str, entry: Timepoint | EventForm, study: Study, faults: Faults) -> None:
    for pack in entry.packs:
        if study.pack(pack) is None:
            known = ", ".join(p.id for p in study.packs) or "no pack is defined"
            faults.add(f"{path}.packs", f"names the unknown pack {pack!r}", f"write one of {known}")


def _check_overlaps(study: Study, faults: Faults) -> None:
    """Two windows of one arm that count from one anchor must not be open on the same day."""
    for arm in study.arms:
        mine = [t for t in study.timepoints if arm.id in t.arms]
        for one, two in combinations(mine, 2):
            same_anchor = study.anchor_of(one, arm.id) == study.anchor_of(two, arm.id)
            if same_anchor and one.opens <= two.closes and two.opens <= one.closes:
                first, second = sorted((one, two), key=lambda t: t.opens)
                what = (
                    f"overlaps {first.id} in arm {arm.id}: it opens on day {second.opens}, "
                    f"{first.id} closes on day {first.closes}"
                )
                mend = f"let {first.id} close before day {second.opens}, or open {second.id} later"
                faults.add(f"timepoints.{second.id}", what, mend)


def _check_events(study: Study, faults: Faults) -> None:
    named = [(f"event_forms.{form.id}.on", form.on) for form in study.event_forms]
    named.append(("rules.stop_after", study.rules.stop_after))
    for path, kinds in named:
        for kind in kinds:
            if kind not in EVENT_KINDS:
                what = f"names {kind!r}, which is no kind of event"
                faults.add(path, what, f"write one of {', '.join(EVENT_KINDS)}")
    for form in study.event_forms:
        if not form.on:
            faults.add(f"event_forms.{form.id}.on", "is empty", "name the events that ask for it")
        if form.opens < 0:
            what = "opens before the event"
            faults.add(f"event_forms.{form.id}.opens", what, "write 0 or more")
        if not form.packs:
            faults.add(f"event_forms.{form.id}.packs", "is empty", "name the packs it asks")
    for series in study.visit_series:
        if series.target <= 0:
            what = "does not come after the visit before it"
            faults.add(f"visit_series.{series.id}.target", what, "write 1 or more")


def _check_rules(study: Study, faults: Faults) -> None:
    rules = study.rules
    if not rules.exemption_reasons:
        what, mend = "is empty", 'name the reasons that are allowed, such as ["LANGUAGE"]'
        faults.add("rules.exemption_reasons", what, mend)
    for name in ("merge_within_days", "clock_tolerance_hours"):
        if getattr(rules, name) < 0:
            faults.add(f"rules.{name}", "is negative", "write 0 or more")
    if rules.contact_every_days < 1:
        faults.add("rules.contact_every_days", "is less than a day", "write 1 or more")
    asked = set(study.questionnaires())
    for number, entry in enumerate(rules.translations, start=1):
        if entry.questionnaire and entry.questionnaire not in asked:
            what = f"names {entry.questionnaire!r}, which no pack asks"
            faults.add(f"translations.{number}.questionnaire", what, "name one that a pack asks")


def _check_reminders(study: Study, faults: Faults) -> None:
    policy = study.reminder_policy
    if not 0 <= policy.default_hour <= 23:
        faults.add("reminders.default_hour", f"is {policy.default_hour}", "write 0 to 23")
    if policy.weekly_cap < 1:
        faults.add("reminders.weekly_cap", f"is {policy.weekly_cap}", "write 1 or more")
    if policy.staff_task_after_days < 1:
        what = f"is {policy.staff_task_after_days}"
        faults.add("reminders.staff_task_after_days", what, "write 1 or more")
    for step in policy.steps:
        wrong = step.days < 0 if step.counts_from == "opens" else step.days > 0
        if wrong:
            what = f"falls outside every window: {step.days} days from {step.counts_from}"
            mend = "count forward from opens or backward from closes"
            faults.add(f"reminders.steps.{step.id}.days", what, mend)
