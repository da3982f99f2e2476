"""The staff API about the versions of a study: what was published, and amending it as planned."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from sayso import resources
from sayso.domain.amendment import AmendmentPlan
from sayso.formats.instrument_folder import finder
from sayso.formats.study_svg import picture
from sayso.services import amendments as service
from sayso.services import publishing
from sayso.services.amendments import Planned
from sayso.web.auth import for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.moments import Moment
from sayso.web.problems import ProblemSchema
from sayso.web.schemas import text
from sayso.web.smorest import Resource

amendments = Resource("versions", "/api/studies", "The versions of a study and its amendments.")

_LONGEST_FILE = 500_000
_COUNTS = ("adds", "moves", "closes", "renews")


class AmendmentBody(Schema):
    """A study file as text; `effective_on` null is today."""

    document = text(1, _LONGEST_FILE, required=True)
    effective_on = fields.Date(load_default=None, allow_none=True)


class ApplyBody(Schema):
    """The same with the digest of the plan that was looked at."""

    document = text(1, _LONGEST_FILE, required=True)
    effective_on = fields.Date(required=True)
    digest = fields.String(required=True, validate=validate.Length(equal=64))


class VersionView(Schema):
    """A published version; `effective_on` null has held from the beginning."""

    version = fields.String(required=True)
    title = fields.String(required=True)
    sha256 = fields.String(required=True)
    effective_on = fields.Date(required=True, allow_none=True)
    published_at = Moment(required=True)
    current = fields.Boolean(required=True)
    in_effect = fields.Boolean(required=True)


class VersionsView(Schema):
    versions = fields.List(fields.Nested(VersionView), required=True)


class CountsView(Schema):
    """Forms that would come, move, close, or ask another version of their questionnaire."""

    adds = fields.Integer(required=True)
    moves = fields.Integer(required=True)
    closes = fields.Integer(required=True)
    renews = fields.Integer(required=True)


class TimepointCountsView(CountsView):
    timepoint = fields.String(required=True)
    label = fields.String(required=True)


class ParticipantCountsView(CountsView):
    """`kept` are the forms that stay as they are."""

    participant = fields.String(required=True)
    site = fields.String(required=True)
    kept = fields.Integer(required=True)


class PlanView(CountsView):
    """What an amendment would do, or has just done; `digest` names exactly this plan."""

    version = fields.String(required=True)
    title = fields.String(required=True)
    sha256 = fields.String(required=True)
    effective_on = fields.Date(required=True)
    sentence = fields.String(required=True)
    closes_open = fields.Integer(required=True)
    touches_answered = fields.Integer(required=True)
    participants = fields.Integer(required=True)
    by_timepoint = fields.List(fields.Nested(TimepointCountsView), required=True)
    by_participant = fields.List(fields.Nested(ParticipantCountsView), required=True)
    digest = fields.String(required=True)


@amendments.route("/<key>/versions")
@for_staff()
@amendments.response(200, VersionsView)
def read_versions(key: str) -> dict[str, Any]:
    """Every version that was published, newest first."""
    at = here()
    reach(key)
    found = service.versions(at.connection, key)
    return {
        "versions": [
            {
                "version": one.study.version,
                "title": one.study.title,
                "sha256": one.sha256,
                "effective_on": one.effective_on if number < len(found) - 1 else None,
                "published_at": one.published_at,
                "current": number == 0,
                "in_effect": one.effective_on < at.now.date(),
            }
            for number, one in enumerate(found)
        ]
    }


@amendments.route("/<key>/schedule.svg")
@for_staff()
@amendments.response(200, description="The picture, as image/svg+xml.")
def read_schedule(key: str) -> Response:
    """The schedule of the current version as a picture."""
    at = here()
    reach(key)
    current = publishing.current(at.connection, key)
    return Response(picture(current.study, current.sha256), content_type="image/svg+xml")


@amendments.route("/<key>/amendments/plan", "POST")
@for_staff("administrator")
@amendments.arguments(AmendmentBody)
@amendments.response(200, PlanView)
def plan_amendment(body: dict[str, Any], key: str) -> dict[str, Any]:
    """What an amended study file would add, move and close; nothing is changed."""
    at = here()
    reach(key)
    return _view(
        service.planned(
            at.connection, key, body["document"], body["effective_on"],
            finder(resources.instruments_dir()), at.now,
        )
    )  # fmt: skip


@amendments.route("/<key>/amendments", "POST")
@for_staff("administrator")
@amendments.arguments(ApplyBody)
@amendments.response(201, PlanView)
@amendments.also(409, ProblemSchema, "The plan is not what was looked at any more.")
def apply_amendment(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Apply an amendment exactly as it was planned, in one transaction."""
    at = here()
    reach(key)
    return _view(
        service.apply(
            at.connection, at.actor, key, body["document"], body["effective_on"], body["digest"],
            finder(resources.instruments_dir()), at.now,
        )
    )  # fmt: skip


def _view(found: Planned) -> dict[str, Any]:
    plan: AmendmentPlan = found.plan
    return {
        "version": found.study.version,
        "title": found.study.title,
        "sha256": found.sha256,
        "effective_on": found.effective_on,
        "sentence": plan.sentence,
        **{name: getattr(plan, name) for name in _COUNTS},
        "closes_open": plan.closes_open,
        "touches_answered": plan.touches_answered,
        "participants": plan.participants,
        "by_timepoint": [
            {"timepoint": name, "label": found.study.label_of(name), **_all(counts)}
            for name, counts in plan.by_timepoint.items()
        ],
        "by_participant": [
            {"participant": one.code, "site": one.site, "kept": one.kept, **_all(one.counts)}
            for one in plan.by_participant
        ],
        "digest": found.digest,
    }


def _all(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in _COUNTS}
