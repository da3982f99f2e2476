"""What the console sends and receives about a tablet that is handed over."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.web.moments import Moment


class HandoverBody(Schema):
    """Nothing to say: the participant is in the address."""


class HandoverStartedView(Schema):
    """A code for a tablet, to be shown once; the QR picture holds the address."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    url = fields.String(required=True)
    expires_at = Moment(required=True)
    qr_svg = fields.String(required=True)


class HandoverView(Schema):
    id = fields.Integer(required=True)
    started_at = Moment(required=True)
    by = fields.String(required=True, allow_none=True)
    expires_at = Moment(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["waiting", "active", "finished", "expired", "ended"]),
    )
    forms_received = fields.Integer(required=True)


class HandoverEndedView(Schema):
    id = fields.Integer(required=True)
    state = fields.String(required=True)


class HandoversView(Schema):
    rows = fields.List(fields.Nested(HandoverView), required=True)
