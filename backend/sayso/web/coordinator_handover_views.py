"""What the console sends and receives about a tablet that is handed over."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.services import handover_history
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


class ArrivedView(Schema):
    """The receipt of one response that came from the tablet."""

    code = fields.String(required=True)
    received_at = Moment(required=True)


class HandoverView(Schema):
    """One hand-over; `over_at` is null while its code or its session works."""

    id = fields.Integer(required=True)
    participant = fields.String(required=True)
    site = fields.String(required=True)
    started_at = Moment(required=True)
    by = fields.String(required=True, allow_none=True)
    expires_at = Moment(required=True)
    taken_at = Moment(required=True, allow_none=True)
    over_at = Moment(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(handover_history.STATES))
    arrived = fields.List(fields.Nested(ArrivedView), required=True)


class HandoverEndedView(Schema):
    id = fields.Integer(required=True)
    state = fields.String(required=True)


class HandoversView(Schema):
    """Hand-overs, the latest first; `server_time` is what their times are to be compared with."""

    server_time = Moment(required=True)
    rows = fields.List(fields.Nested(HandoverView), required=True)
