"""What the console receives about one participant."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.web.coordinator_entry_views import CorrectionView, StaffEntryView
from sayso.web.moments import Moment


class AssessedView(Schema):
    """Who judged whether the participant reads English, when and how."""

    on = fields.Date(required=True)
    by = fields.String(required=True, allow_none=True)
    how = fields.String(required=True)


class EntryView(Schema):
    """When a fact was entered, and by whom."""

    id = fields.Integer(required=True)
    recorded_at = Moment(required=True)
    by = fields.String(required=True, allow_none=True)


class AnchorEntryView(EntryView):
    name = fields.String(required=True)
    date = fields.Date(required=True)


class EventEntryView(EntryView):
    kind = fields.String(required=True)
    label = fields.String(required=True)
    date = fields.Date(required=True)


class VisitEntryView(EntryView):
    timepoint = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    date = fields.Date(required=True)


class ContactEntryView(EntryView):
    date = fields.Date(required=True)
    channel = fields.String(required=True)
    outcome = fields.String(required=True)
    interpreter_used = fields.Boolean(required=True)
    note = fields.String(required=True, allow_none=True)


class ExemptionEntryView(EntryView):
    reason = fields.String(required=True)
    valid_from = fields.Date(required=True, data_key="from", attribute="from")
    valid_to = fields.Date(required=True, allow_none=True, data_key="to", attribute="to")
    explanation = fields.String(required=True, allow_none=True)
    needs_approval = fields.Boolean(required=True)
    approved_at = Moment(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    signals = fields.List(fields.String(), required=True)


class PlannedVisitView(Schema):
    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True)
    opens = fields.Date(required=True)
    target = fields.Date(required=True)
    closes = fields.Date(required=True)
    status = fields.String(required=True)
    on = fields.Date(required=True, allow_none=True)


class DeviceView(Schema):
    id = fields.Integer(required=True)
    label = fields.String(required=True)
    enrolled_at = Moment(required=True)
    last_seen_at = Moment(required=True)
    revoked_at = Moment(required=True, allow_none=True)
    unsent = fields.Integer(required=True)
    came_in = fields.String(
        required=True,
        validate=validate.OneOf(("on_site", "remote", "transfer", "passkey")),
        metadata={
            "description": "By a code at the site, a link and PIN, her other phone, a passkey."
        },
    )


class FormView(Schema):
    id = fields.Integer(required=True)
    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    questionnaire = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True)
    disposition = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)
    opens = fields.Date(required=True)
    target = fields.Date(required=True)
    closes = fields.Date(required=True)
    response_id = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class ScoreView(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)
    n_answered = fields.Integer(required=True)
    n_items = fields.Integer(required=True)


class ScoringView(Schema):
    """The scores of one moment, and the versions of the rules and of the program behind them."""

    scored_at = Moment(required=True)
    rules_version = fields.String(required=True)
    engine_version = fields.String(required=True)
    scores = fields.List(fields.Nested(ScoreView), required=True)


class ResponseView(Schema):
    id = fields.String(required=True)
    form_id = fields.Integer(required=True, allow_none=True)
    authored_at = Moment(required=True)
    received_at = Moment(required=True)
    mode = fields.String(required=True)
    assistance = fields.String(required=True)
    disposition = fields.String(required=True)
    skew_seconds = fields.Float(required=True)
    answered = fields.Integer(required=True)
    applicable = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    time_accepted = fields.Boolean(required=True, allow_none=True)
    conflict = fields.Boolean(required=True)
    conflict_resolution = fields.String(required=True, allow_none=True)
    problems = fields.Integer(required=True)
    questionnaire_sha = fields.String(required=True)
    recorded_by = fields.String(required=True, allow_none=True)
    entry = fields.Nested(StaffEntryView, required=True, allow_none=True)
    corrections = fields.List(fields.Nested(CorrectionView), required=True)
    scores = fields.List(fields.Nested(ScoreView), required=True)
    scores_as_sent = fields.List(fields.Nested(ScoreView), required=True, allow_none=True)
    scorings = fields.List(fields.Nested(ScoringView), required=True)


class ZoneMoveView(EntryView):
    previous = fields.String(required=True)
    zone = fields.String(required=True)


class ArmChangeView(EntryView):
    previous = fields.String(required=True)
    arm = fields.String(required=True)
    reason = fields.String(required=True)


class ReminderView(Schema):
    """One message, or one reminder that led to none; `label` is its step in words.

    A test reminder and the confirmation of a new phone are about no timepoint.
    """

    purpose = fields.String(required=True, validate=validate.OneOf(["reminder", "test", "confirm"]))
    at = Moment(required=True)
    timepoint = fields.String(required=True, allow_none=True)
    step = fields.String(required=True)
    label = fields.String(required=True)
    channel = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True)
    why = fields.String(required=True)


class ReachabilityView(Schema):
    """Which way the participant is reached, why, and since when it has been so."""

    state = fields.String(required=True)
    why = fields.String(required=True)
    since = Moment(required=True, allow_none=True)


class PhonesView(Schema):
    """What changes while a phone is being enrolled."""

    devices = fields.List(fields.Nested(DeviceView), required=True)
    reachability = fields.Nested(ReachabilityView, required=True)


class ContactDetailsView(Schema):
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class ParticipantView(Schema):
    """One participant whole; `etag` goes back as If-Match with a change."""

    code = fields.String(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)
    zone = fields.String(required=True)
    enrolled_on = fields.Date(required=True)
    status_line = fields.String(required=True)
    exempt_since = fields.Date(required=True, allow_none=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    preferred_language = fields.String(required=True)
    reads_english = fields.Boolean(required=True)
    reads_english_assessed = fields.Nested(AssessedView, required=True)
    interpreter = fields.Boolean(required=True)
    anchors = fields.List(fields.Nested(AnchorEntryView), required=True)
    exemptions = fields.List(fields.Nested(ExemptionEntryView), required=True)
    events = fields.List(fields.Nested(EventEntryView), required=True)
    visits = fields.List(fields.Nested(VisitEntryView), required=True)
    planned_visits = fields.List(fields.Nested(PlannedVisitView), required=True)
    contacts = fields.List(fields.Nested(ContactEntryView), required=True)
    zone_moves = fields.List(fields.Nested(ZoneMoveView), required=True)
    arm_changes = fields.List(fields.Nested(ArmChangeView), required=True)
    devices = fields.List(fields.Nested(DeviceView), required=True)
    forms = fields.List(fields.Nested(FormView), required=True)
    responses = fields.List(fields.Nested(ResponseView), required=True)
    reminders = fields.List(fields.Nested(ReminderView), required=True)
    reachability = fields.Nested(ReachabilityView, required=True)
    call_requested_at = Moment(required=True, allow_none=True)
    contact_details = fields.Nested(ContactDetailsView, required=True, allow_none=True)
    etag = fields.String(required=True)


class EnrolmentView(Schema):
    """A code to be shown once; the QR picture holds the address. A link's PIN is told by voice."""

    code = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["on_site", "remote"]))
    pin = fields.String(required=True, allow_none=True)
    url = fields.String(required=True)
    expires_at = Moment(required=True)
    qr_svg = fields.String(required=True)


class EnrolledView(Schema):
    """`enrolment` is null for an exempt participant: there is no phone to enrol."""

    participant = fields.Nested(ParticipantView, required=True)
    enrolment = fields.Nested(EnrolmentView, required=True, allow_none=True)
