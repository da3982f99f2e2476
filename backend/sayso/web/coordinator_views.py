"""What the console receives: the shapes of the staff API's answers, as in its OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields

from sayso.web.coordinator_person_views import PlannedVisitView
from sayso.web.moments import Moment


class ShareView(Schema):
    """So many of so many; `of` 0 means that there is no data."""

    n = fields.Integer(required=True)
    of = fields.Integer(required=True)


class CodeLabelView(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class StudyLineView(Schema):
    key = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.String(required=True)
    official = fields.Boolean(required=True)
    banner = fields.String(required=True)


class AnchorNameView(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)
    source = fields.String(required=True)


class ArmView(Schema):
    id = fields.String(required=True)
    label = fields.String(required=True)
    anchors = fields.List(fields.Nested(AnchorNameView), required=True)


class SiteView(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    zone = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)


class SlotView(Schema):
    questionnaire = fields.String(required=True)
    title = fields.String(required=True)
    sha256 = fields.String(required=True, allow_none=True)


class TimepointView(Schema):
    id = fields.String(required=True)
    label = fields.String(required=True)
    arms = fields.List(fields.String(), required=True)
    anchor = fields.String(required=True, allow_none=True)
    opens = fields.Integer(required=True)
    target = fields.Integer(required=True)
    closes = fields.Integer(required=True)
    enabled = fields.Boolean(required=True)
    on = fields.List(fields.String(), required=True)
    pack = fields.List(fields.Nested(SlotView), required=True)
    visit = fields.String(required=True, allow_none=True)


class EventKindView(Schema):
    kind = fields.String(required=True)
    label = fields.String(required=True)
    arms = fields.List(fields.String(), required=True)


class ProvenanceView(Schema):
    field = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    source = fields.String(required=True)


class StudyView(StudyLineView):
    sha256 = fields.String(required=True)
    registry = fields.String(required=True, allow_none=True)
    arms = fields.List(fields.Nested(ArmView), required=True)
    sites = fields.List(fields.Nested(SiteView), required=True)
    timepoints = fields.List(fields.Nested(TimepointView), required=True)
    event_kinds = fields.List(fields.Nested(EventKindView), required=True)
    missing_reasons = fields.List(fields.Nested(CodeLabelView), required=True)
    exemption_reasons = fields.List(fields.Nested(CodeLabelView), required=True)
    visit_kinds = fields.List(fields.Nested(CodeLabelView), required=True)
    contact_channels = fields.List(fields.Nested(CodeLabelView), required=True)
    contact_outcomes = fields.List(fields.Nested(CodeLabelView), required=True)
    languages = fields.List(fields.Nested(CodeLabelView), required=True)
    zones = fields.List(fields.String(), required=True)
    provenance = fields.List(fields.Nested(ProvenanceView), required=True)
    rules = fields.Dict(keys=fields.String(), required=True)
    reminder_policy = fields.Dict(keys=fields.String(), required=True)
    today = fields.Date(required=True)


class ActionView(Schema):
    verb = fields.String(required=True)
    label = fields.String(required=True)
    timepoint = fields.String(required=True, allow_none=True)
    form_ids = fields.List(fields.Integer(), required=True)
    exemption_id = fields.Integer(required=True, allow_none=True)
    correction_id = fields.Integer(required=True, allow_none=True)
    response_ids = fields.List(fields.String(), required=True)


class TodayRowView(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    participant = fields.String(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)
    why = fields.String(required=True)
    since = fields.Date(required=True)
    due = fields.Date(required=True, allow_none=True)
    action = fields.Nested(ActionView, required=True)


class TodayView(Schema):
    now = Moment(required=True)
    as_of_date = fields.Date(required=True)
    rows = fields.List(fields.Nested(TodayRowView), required=True)


class RateRowView(Schema):
    """The figures of one timepoint, arm and questionnaire; `site` null is all sites in reach."""

    timepoint = fields.String(required=True)
    timepoint_label = fields.String(required=True)
    arm = fields.String(required=True)
    arm_label = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    questionnaire = fields.String(required=True)
    questionnaire_title = fields.String(required=True)
    enrolled = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    not_expected = fields.Integer(required=True)
    upcoming = fields.Integer(required=True)
    open = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    received_open = fields.Integer(required=True)
    in_window_count = fields.Integer(required=True)
    late = fields.Integer(required=True)
    disputed = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    completion = fields.Nested(ShareView, required=True)
    in_window = fields.Nested(ShareView, required=True)
    available_all = fields.Nested(ShareView, required=True)
    available_pro = fields.Nested(ShareView, required=True)
    to_date = fields.Nested(ShareView, required=True)
    scorable = fields.Nested(ShareView, required=True)
    reason_capture = fields.Nested(ShareView, required=True)
    item_completion = fields.Nested(ShareView, required=True)
    declined_items = fields.Integer(required=True)
    median_hours = fields.Float(required=True, allow_none=True)
    wilson = fields.Dict(keys=fields.String(), required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    modes = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    not_expected_by = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class RetentionView(Schema):
    exempt = fields.Nested(ShareView, required=True)
    not_exempt = fields.Nested(ShareView, required=True)


class PersonsView(ShareView):
    timepoint = fields.String(required=True)
    arm = fields.String(required=True)


class ExemptShareView(ShareView):
    site = fields.String(required=True)
    arm = fields.String(required=True)


class AdherenceView(Schema):
    """F9: the median over people of received over expected, and people in bands of it."""

    median_percent = fields.Float(required=True, allow_none=True)
    bands = fields.Dict(keys=fields.String(), values=fields.Nested(ShareView), required=True)


class StepShareView(ShareView):
    """`label` is the step of the reminder ladder in words."""

    step = fields.String(required=True)
    label = fields.String(required=True)


class CompletionView(Schema):
    """Rates F1 to F19; `by_site` holds the totals of each site over all its forms."""

    now = Moment(required=True)
    rule_version = fields.String(required=True)
    alive_rule = fields.String(required=True)
    study_sha256 = fields.String(required=True)
    study_version = fields.String(required=True)
    rates = fields.List(fields.Nested(RateRowView), required=True)
    by_site = fields.List(fields.Nested(RateRowView), required=True)
    balance_ok = fields.Boolean(required=True)
    retention = fields.Nested(RetentionView, required=True)
    contact_currency = fields.Nested(ShareView, required=True)
    complete_persons = fields.List(fields.Nested(PersonsView), required=True)
    exempt_share = fields.List(fields.Nested(ExemptShareView), required=True)
    adherence = fields.Nested(AdherenceView, required=True)
    reminder_yield = fields.List(fields.Nested(StepShareView), required=True)
    backup_yield = fields.Nested(ShareView, required=True)


class MonthView(ShareView):
    """Of the forms whose window closed in that month (YYYY-MM); `wilson` is in percent."""

    month = fields.String(required=True)
    wilson = fields.List(fields.Float(), required=True, allow_none=True)


class TrendView(Schema):
    """Completion by calendar month, none left out between the first and the last."""

    now = Moment(required=True)
    rule_version = fields.String(required=True)
    alive_rule = fields.String(required=True)
    months = fields.List(fields.Nested(MonthView), required=True)


class CellRowView(Schema):
    participant = fields.String(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)
    timepoint = fields.String(required=True)
    questionnaire = fields.String(required=True)
    status = fields.String(required=True)
    disposition = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)
    opens = fields.Date(required=True, allow_none=True)
    target = fields.Date(required=True, allow_none=True)
    closes = fields.Date(required=True, allow_none=True)


class CellView(Schema):
    """`next` is what to pass as `after` for the next page, null on the last one."""

    total = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)
    rows = fields.List(fields.Nested(CellRowView), required=True)


class PeopleRowView(ShareView):
    participant = fields.String(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)


class PeopleView(ShareView):
    """People with their shares of a figure; `total`, `n` and `of` are about all pages."""

    total = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)
    rows = fields.List(fields.Nested(PeopleRowView), required=True)


class OccasionView(Schema):
    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    opens = fields.Date(required=True)
    closes = fields.Date(required=True)


class LineView(Schema):
    code = fields.String(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)
    enrolled_on = fields.Date(required=True)
    exempt_since = fields.Date(required=True, allow_none=True)
    next = fields.Nested(OccasionView, required=True, allow_none=True)
    open_forms = fields.Integer(required=True)
    received = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    reachability = fields.String(required=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    status_line = fields.String(required=True)


class ParticipantsView(Schema):
    """A page; `total` is null where only judging everybody could tell it."""

    total = fields.Integer(required=True, allow_none=True)
    next = fields.String(required=True, allow_none=True)
    rows = fields.List(fields.Nested(LineView), required=True)


class ExemptLineView(Schema):
    code = fields.String(required=True)
    exemption_id = fields.Integer(required=True)
    site = fields.String(required=True)
    arm = fields.String(required=True)
    since = fields.Date(required=True)
    needs_approval = fields.Boolean(required=True)
    preferred_language = fields.String(required=True)
    interpreter = fields.Boolean(required=True)
    last_visit_on = fields.Date(required=True, allow_none=True)
    next_visit = fields.Nested(PlannedVisitView, required=True, allow_none=True)
    last_contact_on = fields.Date(required=True, allow_none=True)
    status_line = fields.String(required=True)
    signals = fields.List(fields.String(), required=True)


class SiteShareView(ShareView):
    site = fields.String(required=True)
    signal = fields.String(required=True, allow_none=True)


class ExemptListView(Schema):
    rows = fields.List(fields.Nested(ExemptLineView), required=True)
    retention = fields.Nested(RetentionView, required=True)
    shares = fields.List(fields.Nested(SiteShareView), required=True)


class AuditEventView(Schema):
    seq = fields.Integer(required=True)
    at = Moment(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    participant = fields.String(required=True, allow_none=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class AuditVerdictView(Schema):
    """What a look at the whole trail found: its length then, and the first faults if any."""

    at = Moment(required=True)
    by = fields.String(required=True)
    events = fields.Integer(required=True)
    faults = fields.List(fields.String(), required=True)


class AuditView(Schema):
    """A page of the trail, newest first; `next` is what to pass as `before` for the next page.

    `verified` is about the events of this page, `checked` the newest verdict on the whole trail.
    """

    events = fields.List(fields.Nested(AuditEventView), required=True)
    next = fields.Integer(required=True, allow_none=True)
    verified = fields.Boolean(required=True)
    checked = fields.Nested(AuditVerdictView, required=True, allow_none=True)
