"""A believable study to look at: invented people, eighteen months of history, one seed.

People are cast, their lives are played on a moving clock through the same services that the console
and the phones use, and what phones and messages would have left behind is written at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection

from sayso.domain.walltime import local_date
from sayso.services import assessments, enrolment
from sayso.services.demo import traces, world
from sayso.services.demo.cast import HISTORY_DAYS, cast
from sayso.services.demo.lives import Life
from sayso.services.demo.timeline import Timeline
from sayso.services.demo.world import SignIn
from sayso.services.enrolment import NewParticipant
from sayso.services.enrolment_codes import EnrolmentCode
from sayso.services.publishing import Find
from sayso.store.sealed import Keyring

FRESH_CODE_MINUTES = 7 * 24 * 60
FRESH = "NFD-NEW"


@dataclass(frozen=True, slots=True)
class Demo:
    """What a visitor needs: the way into the console, and a code for a phone."""

    sign_in: SignIn
    participant: str
    enrolment: EnrolmentCode
    study_key: str


def fill(
    connection: Connection,
    keyring: Keyring,
    study_text: str,
    study_name: str,
    find: Find,
    *,
    participants: int,
    seed: int,
    push_origin: str,
    vapid_key_id: str,
    now: datetime,
    tell: Callable[[float], None] = lambda _share: None,
) -> Demo:
    """Fill an empty, migrated database; the same seed and moment give the same people and history.

    `push_origin` is where invented phones would get their messages, signed with the key
    `vapid_key_id`; `tell` hears the share of the work that is done, from 0 to 1. Passwords,
    codes and session tokens are the exception: they are made up anew each time.
    """
    begin = now - timedelta(days=HISTORY_DAYS + 30)
    stage, sign_in = world.build(
        connection, keyring, study_text, study_name, find, begin,
        push_origin, vapid_key_id,
    )  # fmt: skip
    timeline = Timeline(now)
    arms = (stage.study.arms[0].id, stage.study.arms[1].id)
    people = cast(participants, Random(seed), now.date(), arms)  # noqa: S311 - invented people
    lives = [
        Life(stage, timeline, person, Random(f"{seed}/{person.code}"))  # noqa: S311
        for person in people
    ]
    for life in lives:
        life.begin()
    timeline.play(lambda moment: tell(0.9 * ((moment - begin) / (now - begin))))
    enrolled = [life for life in lives if life.row is not None]
    reach = stage.investigator
    cases = {
        case.facts.code: case
        for case in assessments.cases(connection, reach, stage.study.rules, now)
    }
    traces.leave(stage, enrolled, cases, now)
    tell(1.0)
    return Demo(sign_in, FRESH, _fresh(stage, now), stage.study.key)


def _fresh(stage: world.World, now: datetime) -> EnrolmentCode:
    """One more participant, enrolled today, whose phone is the visitor's."""
    desk = stage.desks["NFD"]
    zone = desk.site("NFD").zone
    today = local_date(now, zone)
    arm = stage.study.arms[1]
    new = NewParticipant(
        FRESH, "NFD", arm.id, today, zone, "en", True, "asked", False,
        {arm.anchor: today + timedelta(days=14)}, "you@participants.example.org",
    )  # fmt: skip
    enrolled = enrolment.enrol(
        stage.connection, desk.actor, desk.study_key, new, stage.keyring, now,
        code_minutes=FRESH_CODE_MINUTES,
    )  # fmt: skip
    if enrolled.code is None:
        raise RuntimeError("somebody who reads English gets a code")
    return enrolled.code
