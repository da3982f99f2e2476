"""What the console sends: bodies and query strings of the staff API.

Only shape is checked here. Whether a date is possible, a reason allowed or a person reachable is a
rule of the services, which answer by name.
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.services import figure_lists, participants

_SHORT = validate.Length(min=1, max=80)
_SENTENCE = validate.Length(min=1, max=500)


class EnrolBody(Schema):
    """Everything that enrolment needs, on one screen."""

    code = fields.String(
        required=True, validate=validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9-]{1,31}$")
    )
    site = fields.String(required=True, validate=_SHORT)
    arm = fields.String(required=True, validate=_SHORT)
    enrolled_on = fields.Date(required=True)
    anchors = fields.Dict(keys=fields.String(validate=_SHORT), values=fields.Date(), required=True)
    zone = fields.String(required=True, validate=_SHORT)
    preferred_language = fields.String(required=True, validate=validate.Length(min=2, max=35))
    reads_english = fields.Boolean(required=True, truthy={True}, falsy={False})
    reads_english_how = fields.String(
        required=True, validate=validate.OneOf(["asked", "form_trial", "interpreter_present"])
    )
    interpreter = fields.Boolean(required=True, truthy={True}, falsy={False})
    email = fields.Email(allow_none=True, load_default=None)
    phone = fields.String(
        allow_none=True, load_default=None, validate=validate.Regexp(r"^[+0-9][0-9 ()./-]{4,30}$")
    )


class EnrolmentCodeBody(Schema):
    """A new code, or a link with a PIN; `replace` ends every older phone and every passkey."""

    kind = fields.String(load_default="on_site", validate=validate.OneOf(["on_site", "remote"]))
    replace = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    reason = fields.String(allow_none=True, load_default=None, validate=_SENTENCE)


class VisitBody(Schema):
    timepoint = fields.String(allow_none=True, load_default=None, validate=_SHORT)
    date = fields.Date(required=True)
    kind = fields.String(load_default="clinic", validate=_SHORT)


class ContactBody(Schema):
    date = fields.Date(required=True)
    channel = fields.String(required=True, validate=_SHORT)
    outcome = fields.String(required=True, validate=_SHORT)
    interpreter_used = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    note = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=500))


class EventBody(Schema):
    kind = fields.String(required=True, validate=_SHORT)
    date = fields.Date(required=True)


class AnchorBody(Schema):
    name = fields.String(required=True, validate=_SHORT)
    date = fields.Date(required=True)
    reason = fields.String(required=True, validate=_SENTENCE)


class ExemptionBody(Schema):
    """`from` is a word of Python, so it is named in data only."""

    reason = fields.String(required=True, validate=_SHORT)
    valid_from = fields.Date(required=True, data_key="from")
    valid_to = fields.Date(allow_none=True, load_default=None, data_key="to")
    explanation = fields.String(allow_none=True, load_default=None, validate=_SENTENCE)


class ExemptionEndBody(Schema):
    on = fields.Date(required=True)
    reason = fields.String(required=True, validate=_SENTENCE)


class MissingReasonBody(Schema):
    expected_form_id = fields.Integer(required=True, strict=True)
    reason = fields.String(required=True, validate=_SHORT)


class DecisionBody(Schema):
    """A decision by staff on a conflict or a disputed time."""

    accept = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=_SENTENCE)


class VoidBody(Schema):
    """Why an entry was wrong; it stays in the record and no longer counts."""

    reason = fields.String(required=True, validate=_SENTENCE)


class NothingBody(Schema):
    """An empty object: the act is in the address."""


class TodayQuery(Schema):
    site = fields.String(load_default=None, validate=_SHORT)


class AsOfQuery(Schema):
    as_of = fields.Date(load_default=None)


class CompletionQuery(AsOfQuery):
    site = fields.String(load_default=None, validate=_SHORT)
    arm = fields.String(load_default=None, validate=_SHORT)
    questionnaire = fields.String(load_default=None, validate=_SHORT)
    alive_rule = fields.String(
        load_default=None, validate=validate.OneOf(["window_open", "target", "window_close"])
    )


class _PageQuery(CompletionQuery):
    """`after` is the `next` of the page before."""

    after = fields.String(load_default=None, validate=_SHORT)
    rows = fields.Integer(
        load_default=figure_lists.ROWS, validate=validate.Range(1, figure_lists.MOST_ROWS)
    )
    timepoint = fields.String(load_default=None, validate=_SHORT)


class CellQuery(_PageQuery):
    """`month`, as "2026-05", leaves the forms whose window closed in it."""

    measure = fields.String(load_default="enrolled", validate=_SHORT)
    month = fields.String(
        load_default=None, validate=validate.Regexp(r"^[1-9]\d{3}-(0[1-9]|1[0-2])\Z")
    )


class PeopleQuery(_PageQuery):
    """`part` is the numerator (n), the denominator (of), or what the numerator lacks (rest)."""

    figure = fields.String(required=True, validate=_SHORT)
    part = fields.String(load_default="of", validate=validate.OneOf(["n", "of", "rest"]))
    step = fields.String(load_default=None, validate=_SHORT)


class ParticipantsQuery(Schema):
    q = fields.String(load_default=None, validate=validate.Length(max=80))
    site = fields.String(load_default=None, validate=_SHORT)
    arm = fields.String(load_default=None, validate=_SHORT)
    show = fields.String(
        load_default="all", validate=validate.OneOf(["all", "exempt", "active", "off"])
    )
    after = fields.String(load_default=None, validate=_SHORT)
    rows = fields.Integer(
        load_default=participants.ROWS, validate=validate.Range(1, participants.MOST_ROWS)
    )


class AuditQuery(Schema):
    participant = fields.String(load_default=None, validate=_SHORT)
    before = fields.Integer(load_default=None)
