"""Scores as rows: written beside the ones that are there, never over them.

A response is scored when it comes and again when rules or engine have changed. Each scoring is a
set of rows of one moment; the newest set is the one that screens and exports show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from sayso.domain import scoring
from sayso.domain.scoring import Score
from sayso.store.tables_forms import score
from sayso.store.upsert import insert_many


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


def newest(connection: Connection, response_ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The rows of the newest scoring of each response, in the order of its rules."""
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(score).where(score.c.response_id.in_(response_ids)).order_by(score.c.id)
    ):
        kept = found.setdefault(row.response_id, [])
        if kept and kept[0].scored_at != row.scored_at:
            kept.clear()
        kept.append(row)
    return found
