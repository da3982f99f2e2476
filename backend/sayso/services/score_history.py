"""Every scoring of a participant's responses as her page shows it, the newest and what it replaced.

A response is scored again when its rules or the program have changed, or when a correction was
accepted; whoever has written the old value down must be able to see that there is a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sayso.services import publishing
from sayso.services.access import Participant
from sayso.store.tables_forms import response, score

View = dict[str, Any]


def shown(found: Sequence[View], around: View) -> View:
    """The newest scoring, the first one where a correction has come between them, and all of them
    where there are several."""
    corrected = any(one["state"] == "accepted" for one in around["corrections"])
    return {
        "scores": found[-1]["scores"] if found else [],
        "scores_as_sent": found[0]["scores"] if corrected and found else None,
        "scorings": found if len(found) > 1 else [],
    }


def scorings(connection: Connection, person: Participant) -> dict[str, list[View]]:
    """Every scoring of every response, oldest first: its scores in the order of the rules."""
    titles = _titles(connection, person)
    found: dict[str, dict[datetime, View]] = defaultdict(dict)
    for row in connection.execute(
        select(score, response.c.questionnaire_sha256.label("answered_sha256"))
        .join(response, response.c.id == score.c.response_id)
        .where(response.c.participant_id == person.id)
        .order_by(score.c.id)
    ):
        asked = publishing.questionnaire_by_hash(connection, row.questionnaire_sha256)
        scoring = found[row.response_id].setdefault(
            row.scored_at,
            {
                "scored_at": row.scored_at, "rules_version": asked.version,
                "engine_version": row.engine_version, "scores": [],
            },
        )  # fmt: skip
        scoring["scores"].append(
            {
                "id": row.score,
                "title": titles.get((row.answered_sha256, row.score), row.score),
                "value": row.value,
                "label": row.label,
                "n_answered": row.n_answered,
                "n_items": row.n_items,
            }
        )
    return {one: list(sets.values()) for one, sets in found.items()}


def _titles(connection: Connection, person: Participant) -> dict[tuple[str, str], str]:
    shas = connection.execute(
        select(response.c.questionnaire_sha256)
        .where(response.c.participant_id == person.id)
        .distinct()
    ).scalars()
    return {
        (sha, rule.id): rule.title or rule.id
        for sha in shas.all()
        for rule in publishing.questionnaire_by_hash(connection, sha).scores
    }
