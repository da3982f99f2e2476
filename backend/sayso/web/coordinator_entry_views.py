"""What the console sends and receives about answers: entries, corrections, tablets, moves."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.services.staff_entries import MODES
from sayso.web.moments import Moment
from sayso.web.schemas import ASSISTANCE, AnswersBody, flag, text
from sayso.web.smorest import LARGEST_ID

_ROW = validate.Range(1, LARGEST_ID)


class EntryBody(AnswersBody):
    """What staff typed in. The time is the participant's wall clock; none is the day's start."""

    id = fields.UUID(required=True)
    expected_form_id = fields.Integer(strict=True, required=True, validate=_ROW)
    mode = fields.String(required=True, validate=validate.OneOf(list(MODES)))
    collected_on = fields.Date(required=True)
    collected_time = fields.Time(format="%H:%M", load_default=None, allow_none=True)
    administered_by = fields.Integer(strict=True, load_default=None, allow_none=True, validate=_ROW)
    interpreter_used = flag(load_default=False)
    assistance = fields.String(load_default="none", validate=validate.OneOf(ASSISTANCE))
    note = text(1, 500, load_default=None, allow_none=True)


class SecondTypingBody(AnswersBody):
    """A paper form typed a second time by somebody else."""


class SettlementBody(AnswersBody):
    """The whole answers as the sheet has them where two typings differ, and how that was found."""

    reason = text(1, 500, required=True)


class CorrectionBody(AnswersBody):
    """Whole new answers, and why."""

    reason = text(1, 500, required=True)


class ZoneBody(Schema):
    zone = text(1, 80, required=True)
    reason = text(1, 500, required=True)


class ArmBody(Schema):
    """`anchors` are the dates that the new arm counts from."""

    arm = text(1, 80, required=True)
    anchors = fields.Dict(
        keys=text(1, 80), values=fields.Date(), load_default=dict, validate=validate.Length(max=20)
    )
    reason = text(1, 500, required=True)


class CodedView(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class PersonView(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class EnterableFormView(Schema):
    """A form that has opened; `answered` says that another answer would be a second one."""

    id = fields.Integer(required=True)
    timepoint = fields.String(required=True)
    label = fields.String(required=True)
    questionnaire = fields.String(required=True)
    title = fields.String(required=True)
    questionnaire_sha = fields.String(required=True)
    status = fields.String(required=True)
    why = fields.String(required=True)
    opens = fields.Date(required=True)
    closes = fields.Date(required=True)
    answered = fields.Boolean(required=True)


class EntrySheetView(Schema):
    """What can be entered for a participant, how, and who may have asked her."""

    zone = fields.String(required=True)
    exempt = fields.Boolean(required=True)
    modes = fields.List(fields.Nested(CodedView), required=True)
    staff = fields.List(fields.Nested(PersonView), required=True)
    forms = fields.List(fields.Nested(EnterableFormView), required=True)


class AnswersView(Schema):
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    skipped = fields.List(fields.String(), required=True)


class ChangeView(Schema):
    """One question as it was answered and as it should have been; null is no answer."""

    item = fields.String(required=True)
    text = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class CorrectionView(Schema):
    """A change request and the decision about it."""

    id = fields.Integer(required=True)
    reason = fields.String(required=True)
    proposed_at = Moment(required=True)
    proposed_by = fields.String(required=True, allow_none=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["proposed", "accepted", "refused"])
    )
    decided_at = Moment(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    may_decide = fields.Boolean(required=True)


class WholeCorrectionView(CorrectionView, AnswersView):
    """The same with what it says."""

    changes = fields.List(fields.Nested(ChangeView), required=True)


class OtherBodyView(AnswersView):
    """Other answers that came under the same id."""

    received_at = Moment(required=True)
    resolution = fields.String(required=True, allow_none=True)


class SecondTypingView(AnswersView):
    """What the second typing of a paper form said; `items` are those on which the two differ."""

    items = fields.List(fields.String(), required=True)


class WholeResponseView(AnswersView):
    """A response with its answers as sent, and the ones that count now."""

    id = fields.String(required=True)
    form_id = fields.Integer(required=True, allow_none=True)
    questionnaire_sha = fields.String(required=True)
    mode = fields.String(required=True)
    disposition = fields.String(required=True)
    authored_at = Moment(required=True)
    received_at = Moment(required=True)
    recorded_by = fields.String(required=True, allow_none=True)
    standing = fields.Nested(AnswersView, required=True)
    corrections = fields.List(fields.Nested(WholeCorrectionView), required=True)
    bodies = fields.List(fields.Nested(OtherBodyView), required=True)
    second_typing = fields.Nested(SecondTypingView, required=True, allow_none=True)


class SettledView(Schema):
    """Who said what the sheet says; without a correction the first typing stands."""

    at = Moment(required=True)
    by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    correction_id = fields.Integer(required=True, allow_none=True)


class VerificationView(Schema):
    agrees = fields.Boolean(required=True)
    by = fields.String(required=True, allow_none=True)
    at = Moment(required=True)
    items = fields.List(fields.String(), required=True)
    settled = fields.Nested(SettledView, required=True, allow_none=True)


class StaffEntryView(Schema):
    """Who asked and who typed, when it was said and when it was entered."""

    administered_by = fields.String(required=True, allow_none=True)
    collected_at = Moment(required=True)
    collected_local = fields.String(required=True)
    entered_at = Moment(required=True)
    note = fields.String(required=True, allow_none=True)
    may_verify = fields.Boolean(required=True)
    verification = fields.Nested(VerificationView, required=True, allow_none=True)
