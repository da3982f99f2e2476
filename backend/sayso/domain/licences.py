"""Whether a study may ask a licensed instrument: the terms that its owner has given.

Copyright owners license a study, a language, a way of asking and a time, and some want to see the
screens first. A study that uses an instrument outside these terms is refused before anybody is
asked; that an expiry draws near is said two months ahead, because a renewal takes that long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sayso.domain.questionnaire import Questionnaire

WARNING_DAYS = 60
MODES = ("own_device", "clinic_tablet", "interview", "paper")
"""The ways of asking that an owner may allow, as responses name them."""


@dataclass(frozen=True, slots=True)
class Licence:
    """What an owner allows. `expires` is the last day; None where the owner sets no end.

    `screens_approved_on` is None until the owner has approved the screens; it counts only where
    `screens_need_approval`.
    """

    instrument: str
    owner: str
    reference: str
    study: str
    languages: frozenset[str]
    modes: frozenset[str]
    expires: date | None = None
    screens_need_approval: bool = False
    screens_approved_on: date | None = None


def licence_faults(
    questionnaire: Questionnaire,
    licences: Iterable[Licence],
    *,
    study: str,
    modes: Collection[str],
    on: date,
) -> list[str]:
    """Why this study may not ask this questionnaire on that day; empty when it may.

    A demonstration needs no licence. A pack has no words and can never be asked.
    """
    name = f"{questionnaire.id} {questionnaire.version}"
    if questionnaire.pack:
        return [f"{name} is a pack without words; join your licensed file to it with adopt"]
    if questionnaire.status == "demonstration":
        return []
    own = [one for one in licences if one.instrument == questionnaire.id and one.study == study]
    if not own:
        return [f"{name} has no licence for the study {study}; record the owner's licence first"]
    language = questionnaire.language
    tried = [_faults(name, language, one, modes, on) for one in own]
    # One licence that allows everything is enough; otherwise the nearest one is explained.
    return min(tried, key=len)


def _faults(
    name: str, language: str, licence: Licence, modes: Collection[str], on: date
) -> list[str]:
    faults = []
    for what, text in (("owner", licence.owner), ("reference", licence.reference)):
        if not text.strip():
            faults.append(f"the licence of {name} names no {what}")
    if licence.expires is not None and on > licence.expires:
        faults.append(f"the licence of {name} expired on {licence.expires}; renew it")
    if language not in licence.languages:
        faults.append(f"the licence of {name} does not cover the language {language}")
    missing = sorted(set(modes) - licence.modes)
    if missing:
        faults.append(f"the licence of {name} does not cover asking by {', '.join(missing)}")
    if licence.screens_need_approval and not _approved(licence, on):
        faults.append(f"the owner of {name} has not approved the screens yet")
    return faults


def _approved(licence: Licence, on: date) -> bool:
    approved = licence.screens_approved_on
    return approved is not None and approved <= on


def expiry_warnings(licences: Iterable[Licence], on: date) -> list[str]:
    """A sentence for each licence that has expired or ends within two months, the nearest first."""
    ending = [
        (one.expires, one)
        for one in licences
        if one.expires is not None and one.expires <= on + timedelta(days=WARNING_DAYS)
    ]
    return [
        _warning(one, expires, on)
        for expires, one in sorted(ending, key=lambda pair: (pair[0], pair[1].instrument))
    ]


def _warning(licence: Licence, expires: date, on: date) -> str:
    name = f"The licence of {licence.instrument} for the study {licence.study}"
    if expires < on:
        return f"{name} expired on {expires}."
    days = (expires - on).days
    when = "today" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"
    return f"{name} ends {when}, on {expires}; ask {licence.owner} to renew it."
