"""What the Instruments page of the console sends and receives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sayso.domain.licences import MODES
from sayso.web.moments import Moment

LARGEST_FILE = 1_400_000
"""Bytes of a file as base64 inside the largest body that the server takes."""

_SHORT = validate.Length(min=1, max=200)
_SENTENCE = validate.Length(min=1, max=500)


class ScoreNameView(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)


class LicenceView(Schema):
    """What an owner allows; `expires` is the last day, none where the owner sets no end."""

    id = fields.Integer()
    instrument = fields.String(required=True)
    owner = fields.String(required=True)
    reference = fields.String(required=True)
    expires = fields.Date(required=True, allow_none=True)
    languages = fields.List(fields.String(), required=True)
    modes = fields.List(fields.String(), required=True)
    screens_need_approval = fields.Boolean(required=True)
    screens_approved_on = fields.Date(required=True, allow_none=True)


class InstrumentLineView(Schema):
    """One questionnaire; `faults` says why it could not be published today."""

    instrument = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    sha256 = fields.String(required=True)
    status = fields.String(required=True)
    language = fields.String(required=True)
    recall = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    items = fields.Integer(required=True)
    scores = fields.List(fields.Nested(ScoreNameView), required=True)
    licence = fields.Nested(LicenceView, required=True, allow_none=True)
    faults = fields.List(fields.String(), required=True)


class AdoptedView(InstrumentLineView):
    """An adopted instrument; `pinned` says whether the current study version asks it."""

    id = fields.Integer(required=True)
    pack = fields.String(required=True)
    recorded_at = Moment(required=True)
    pinned = fields.Boolean(required=True)


class PackView(Schema):
    name = fields.String(required=True)
    instrument = fields.String(required=True)
    version = fields.String(required=True)
    owner = fields.String(required=True)
    items = fields.Integer(required=True)
    scores = fields.Integer(required=True)


class InstrumentsView(Schema):
    study_version = fields.String(required=True)
    pinned = fields.List(fields.Nested(InstrumentLineView), required=True)
    adopted = fields.List(fields.Nested(AdoptedView), required=True)
    licences = fields.List(fields.Nested(LicenceView), required=True)
    packs = fields.List(fields.Nested(PackView), required=True)
    warnings = fields.List(fields.String(), required=True)


class InstrumentDocumentView(Schema):
    sha256 = fields.String(required=True)
    questionnaire = fields.Dict(required=True)


class CodeView(Schema):
    """One answer of the file and the pack's code that it becomes."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    becomes = fields.String(required=True)


class MatchView(Schema):
    item = fields.String(required=True)
    source = fields.String(required=True)
    text = fields.String(required=True)
    how = fields.String(required=True)
    codes_by = fields.String(required=True)
    confidence = fields.String(
        required=True, validate=validate.OneOf(["certain", "likely", "look"])
    )
    codes = fields.List(fields.Nested(CodeView), required=True)


class OfferedView(Schema):
    id = fields.String(required=True)
    text = fields.String(required=True)


class RemarkView(Schema):
    """What the import did with one row or item of the file."""

    place = fields.String(required=True)
    what = fields.String(required=True)


class AdoptionView(Schema):
    """The preview: it fits when there is no problem."""

    pack = fields.String(required=True)
    format = fields.String(required=True)
    title = fields.String(required=True)
    file_sha256 = fields.String(required=True)
    matches = fields.List(fields.Nested(MatchView), required=True)
    unmatched = fields.List(fields.String(), required=True)
    extra = fields.List(fields.String(), required=True)
    offered = fields.List(fields.Nested(OfferedView), required=True)
    changed = fields.List(fields.Nested(RemarkView), required=True)
    refused = fields.List(fields.Nested(RemarkView), required=True)
    problems = fields.List(fields.String(), required=True)
    worked_examples = fields.Integer(required=True)


class FileBody(Schema):
    """A pack by `id@version`, a file as base64, and partners chosen by hand."""

    pack = fields.String(required=True, validate=_SHORT)
    file_name = fields.String(required=True, validate=_SHORT)
    content = fields.String(required=True)
    chosen = fields.Dict(
        keys=fields.String(validate=_SHORT), values=fields.String(validate=_SHORT),
        load_default=dict,
    )  # fmt: skip


class TermsBody(Schema):
    """What the owner allows, as written in the licence."""

    owner = fields.String(required=True, validate=_SHORT)
    reference = fields.String(required=True, validate=_SHORT)
    expires = fields.Date(required=True, allow_none=True)
    languages = fields.List(
        fields.String(validate=validate.Length(min=2, max=35)), load_default=list,
        validate=validate.Length(max=50),
    )  # fmt: skip
    modes = fields.List(
        fields.String(validate=validate.OneOf(MODES)), load_default=lambda: ["own_device"]
    )
    screens_need_approval = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    screens_approved_on = fields.Date(allow_none=True, load_default=None)


class AdoptBody(FileBody):
    """`file_sha256` is that of the preview: what is adopted is what was looked at."""

    file_sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))
    licence = fields.Nested(TermsBody, required=True)


class LicenceBody(TermsBody):
    """A licence by itself names its languages; with a file, that of the file is understood."""

    instrument = fields.String(required=True, validate=_SHORT)
    languages = fields.List(
        fields.String(validate=validate.Length(min=2, max=35)), required=True,
        validate=validate.Length(min=1, max=50),
    )  # fmt: skip


class WhyBody(Schema):
    reason = fields.String(required=True, validate=_SENTENCE)
