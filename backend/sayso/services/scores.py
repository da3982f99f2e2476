"""Scores as rows: written beside the ones that are there, never over them.

A response is scored when it comes and again when rules or engine have changed. Each scoring is a
set of rows of one moment; the newest set is the one that screens and exports show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, true

from sayso.domain import scoring
from sayso.domain.scoring import Score
from sayso.store.tables import participant
from sayso.store.tables_forms import response, score
from sayso.store.upsert import insert_many

# Databases take only so many values in one statement.
_AT_ONCE = 1000


def keep(
    connection: Connection,
    questionnaire_sha256: str,
    scored: Iterable[tuple[str, Sequence[Score]]],
    now: datetime,
) -> None:
    """Add one scoring of each response, made by the rules of that questionnaire."""
    rows = [
        {
            "response_id": response_id,
            "score": one.id,
            "value": None if isinstance(one.value, str) else one.value,
            "label": one.value if isinstance(one.value, str) else None,
            "n_answered": one.n_answered,
            "n_items": one.n_items,
            "questionnaire_sha256": questionnaire_sha256,
            "rule_sha256": one.rule_sha,
            "engine_version": scoring.ENGINE_VERSION,
            "scored_at": now,
        }
        for response_id, scores in scored
        for one in scores
    ]
    insert_many(connection, score, rows)


def newest(
    connection: Connection, response_ids: Collection[str], until: datetime | None = None
) -> dict[str, list[Row[Any]]]:
    """The rows of the newest scoring of each response, in the order of its rules.

    Of those that had been made by `until`, where that is given.
    """
    made = score.c.scored_at <= until if until is not None else true()
    ids = list(response_ids)
    found: dict[str, list[Row[Any]]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for row in connection.execute(
            select(score).where(score.c.response_id.in_(some), made).order_by(score.c.id)
        ):
            kept = found.setdefault(row.response_id, [])
            if kept and kept[0].scored_at != row.scored_at:
                kept.clear()
            kept.append(row)
    return found


def rules_used(connection: Connection, study_key: str, until: datetime | None = None) -> list[str]:
    """The hashes of every questionnaire whose rules have scored a response of this study.

    By `until`, where that is given.
    """
    made = score.c.scored_at <= until if until is not None else true()
    found = connection.execute(
        select(score.c.questionnaire_sha256)
        .join(response, response.c.id == score.c.response_id)
        .join(participant, participant.c.id == response.c.participant_id)
        .where(participant.c.study_key == study_key, made)
        .distinct()
    )
    return sorted(found.scalars())
