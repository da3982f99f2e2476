"""Bodies and answers of signing in and of the participant's own API.

Shape only: types, lengths, allowed words. Answers to a questionnaire are deliberately loose, they
are checked against the questionnaire by the domain and never refused for what they say.
"""

from __future__ import annotations

import re
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from sayso.web.moments import ExactMoment, Moment
from sayso.web.smorest import LARGEST_ID

MODES = ("own_device", "clinic_tablet")
ASSISTANCE = ("none", "read_aloud", "typed_for_me")
_SHA = validate.Regexp(r"^[0-9a-f]{64}\Z", error="This is no SHA-256 in hexadecimal.")
_MOST_ANSWERS = 5000
_LONGEST_ID = 200
_ITEM_ID = re.compile(f"[!-~]{{1,{_LONGEST_ID}}}")


def plain(value: str) -> None:
    """Refuse characters that no keyboard makes and no database keeps."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValidationError("Contains characters that cannot be kept.")


def text(low: int, high: int, **options: Any) -> fields.String:
    """A line of text between two lengths."""
    return fields.String(validate=[validate.Length(low, high), plain], **options)


def flag(**options: Any) -> fields.Boolean:
    """True or false, and nothing that merely looks like it."""
    return fields.Boolean(truthy={True}, falsy={False}, **options)


class DeviceSessionBody(Schema):
    """The code from the coordinator's screen; `device_label` is what staff see in the list."""

    code = text(1, 40, required=True)
    pin = text(1, 20, load_default=None, allow_none=True)
    device_label = text(1, 80, load_default="A phone")
    app_build = text(1, 64, load_default=None, allow_none=True)


class StaffSessionBody(Schema):
    email = text(3, 320, required=True)
    password = text(1, 1024, required=True)


class InvitationBody(Schema):
    token = text(20, 100, required=True)
    name = text(1, 120, required=True)
    password = text(1, 1024, required=True)


class SiteName(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class StudyName(Schema):
    key = fields.String(required=True)
    title = fields.String(required=True)


class StaffSchema(Schema):
    """The signed-in member of staff, and what is within reach."""

    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    sites = fields.List(fields.Nested(SiteName), required=True)
    studies = fields.List(fields.Nested(StudyName), required=True)


class AcceptedSchema(Schema):
    accepted = fields.Boolean(required=True)


class FormCard(Schema):
    """One form as the app lists it."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    minutes = fields.Integer(required=True)
    items = fields.Integer(required=True)
    questionnaire_sha = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(
            ["open", "upcoming", "received", "missing", "exempt", "not_expected"]
        ),
    )
    why = fields.String(required=True)
    received_at = Moment(required=True, allow_none=True)
    offer_token = fields.String(required=True, allow_none=True)
    draft_saved_at = ExactMoment(required=True, allow_none=True)


class OccasionSchema(Schema):
    """The forms of one timepoint."""

    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    opens_on = fields.Date(required=True)
    target_on = fields.Date(required=True)
    closes_on = fields.Date(required=True)
    closes_at = Moment(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["open", "upcoming", "done", "closed"])
    )
    closed_why = fields.String(required=True, allow_none=True)
    forms = fields.List(fields.Nested(FormCard), required=True)


class RemindersSchema(Schema):
    """How and when she is reminded."""

    hour = fields.Integer(required=True)
    paused_until = fields.Date(required=True, allow_none=True)
    opted_out = fields.Boolean(required=True)
    push = fields.String(required=True, validate=validate.OneOf(["proven", "unproven", "none"]))
    email = fields.Boolean(required=True)
    vapid_public_key = fields.String(required=True, allow_none=True)


class ExemptSchema(Schema):
    since = fields.Date(required=True)


class SupportSchema(Schema):
    phone = fields.String(required=True, allow_none=True)
    team_name = fields.String(required=True)


class MeSchema(Schema):
    """Everything on the first screen."""

    study_name = fields.String(required=True)
    exempt = fields.Nested(ExemptSchema, required=True, allow_none=True)
    participant_code = fields.String(required=True)
    zone = fields.String(required=True)
    today = fields.Date(required=True)
    occasions = fields.List(fields.Nested(OccasionSchema), required=True)
    reminders = fields.Nested(RemindersSchema, required=True)
    call_requested_at = Moment(required=True, allow_none=True)
    support = fields.Nested(SupportSchema, required=True)
    server_time = Moment(required=True)
    unsent = fields.Integer(required=True)
    min_app_build = fields.String(required=True, allow_none=True)


class UnsentBody(Schema):
    """How many finished forms the phone holds that it could not send."""

    forms = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1000))


class FormDetail(FormCard):
    """A form with the dates of its occasion."""

    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    closes_on = fields.Date(required=True)
    closes_at = Moment(required=True)


class Answers(fields.Dict):
    """Any JSON under ids of items; what the values may be is for the questionnaire to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            keys=fields.String(validate=[validate.Length(1, _LONGEST_ID), plain]),
            values=fields.Raw(allow_none=True),
            **options,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        # Thirty answers through a field for each key and value cost more than storing them does.
        # Only where an id is odd does the slow way follow, which says what is wrong with it.
        if type(value) is dict and all(map(_ITEM_ID.fullmatch, value)):
            return value
        return super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]


class AnswersBody(Schema):
    """Answers by item id, and the items that were explicitly skipped."""

    answers = Answers(required=True, validate=validate.Length(max=_MOST_ANSWERS))
    skipped = fields.List(
        fields.String(validate=[validate.Length(1, _LONGEST_ID), plain]),
        load_default=list,
        validate=validate.Length(max=_MOST_ANSWERS),
    )


class DraftSchema(AnswersBody):
    """A draft as a phone sent it; `saved_at` is that phone's word for when."""

    at_item = text(1, 200, load_default=None, allow_none=True)
    saved_at = ExactMoment(required=True)


class DraftBody(DraftSchema):
    """`base` is the `saved_at` of the draft that the phone last saw here; null for none."""

    base = Moment(allow_none=True)


class SavedSchema(Schema):
    """`draft` is null where the draft is kept; else it is what lies here, not seen so far."""

    saved_at = ExactMoment(required=True)
    draft = fields.Nested(DraftSchema, required=True, allow_none=True)


class OneFormSchema(Schema):
    form = fields.Nested(FormDetail, required=True)
    questionnaire_sha = fields.String(required=True)
    questionnaire = fields.Dict(required=True, metadata={"description": "As instrument.json."})
    draft = fields.Nested(DraftSchema, required=True, allow_none=True)


class QuestionnaireSchema(Schema):
    sha256 = fields.String(required=True)
    questionnaire = fields.Dict(required=True, metadata={"description": "As instrument.json."})


class ResponseBody(AnswersBody):
    """A submitted response. What the server does not know it leaves aside instead of refusing."""

    class Meta:
        unknown = EXCLUDE

    expected_form_id = fields.Integer(
        strict=True, required=True, allow_none=True, validate=validate.Range(1, LARGEST_ID)
    )
    questionnaire_sha = fields.String(required=True, validate=_SHA)
    authored_at = Moment(required=True)
    authored_zone = text(1, 80, required=True)
    sent_at = Moment(required=True)
    offer_token = text(1, 200, load_default=None, allow_none=True)
    attested = flag(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    assistance = fields.String(load_default="none", validate=validate.OneOf(ASSISTANCE))
    app_build = text(1, 64, load_default=None, allow_none=True)

    @validates_schema
    def _attested(self, data: dict[str, Any], **_options: Any) -> None:
        if data.get("attested") is not True:
            raise ValidationError("Must be true.", "attested")


class ReceiptSchema(Schema):
    """The proof that a response is stored."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    received_at = Moment(required=True)
    disposition = fields.String(
        required=True,
        validate=validate.OneOf(["in_window", "late", "duplicate", "unexpected", "time_disputed"]),
    )


class PreferencesBody(Schema):
    """What to change; what is left out stays."""

    hour = fields.Integer(strict=True, validate=validate.Range(0, 23))
    paused_until = fields.Date(allow_none=True)
    snooze_until = Moment(allow_none=True)
    opted_out = flag()


class EmptyBody(Schema):
    """An empty object."""


class CallSchema(Schema):
    call_requested_at = Moment(required=True, allow_none=True)


class OwnReasonBody(Schema):
    expected_form_id = fields.Integer(
        strict=True, required=True, validate=validate.Range(1, LARGEST_ID)
    )
    reason = text(1, 60, required=True)


class OwnReasonSchema(Schema):
    expected_form_id = fields.Integer(required=True)
    reason = fields.String(required=True)
