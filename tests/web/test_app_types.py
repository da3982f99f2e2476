"""The participant app's own types beside the description of the API: the same fields on both sides.

The app's types are written by hand, short and with comments; this holds them to the server's.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.house import ROOT
from support.visitors import Visitors

TYPES = ROOT / "pwa" / "src" / "api" / "types.ts"
# The app's name of an interface and the server's name of the schema.
PAIRS = {
    "Draft": "Draft",
    "FormCard": "FormCard",
    "Me": "Me",
    "Occasion": "Occasion",
    "Preferences": "PreferencesBody",
    "QuestionnaireDocument": "Questionnaire",
    "Receipt": "Receipt",
    "Reminders": "Reminders",
    "ResponseBody": "ResponseBody",
}
# What the server takes and the app never says.
NOT_SAID = {"ResponseBody": {"assistance"}}


def body_of(name: str) -> str:
    """What stands between the braces of an interface in the app's types."""
    return TYPES.read_text("utf-8").split(f"export interface {name} ", 1)[1].split("\n}", 1)[0]


def interface(name: str) -> dict[str, bool]:
    """The fields of an interface, and whether each may be left out."""
    found = re.findall(r"^  (\w+)(\??):", body_of(name), re.MULTILINE)
    return {field: bool(optional) for field, optional in found}


@pytest.fixture
def schemas(visitors: Visitors) -> dict[str, Any]:
    said: dict[str, Any] = visitors.stranger().get("/api/openapi.json").json
    return dict(said["components"]["schemas"])


def test_the_app_and_the_api_have_the_same_fields_and_words(schemas: dict[str, Any]) -> None:
    for ours, theirs in PAIRS.items():
        described = set(schemas[theirs]["properties"]) - NOT_SAID.get(ours, set())
        assert set(interface(ours)) == described, ours
    for ours in ("FormCard", "Me", "Occasion", "Receipt", "Reminders"):
        relied_on = {field for field, optional in interface(ours).items() if not optional}
        assert relied_on <= set(schemas[PAIRS[ours]]["required"]), ours
    for ours, field in (("Occasion", "state"), ("Reminders", "push"), ("Receipt", "disposition")):
        written = re.search(rf"^  {field}: (.*);", body_of(ours), re.MULTILINE)
        assert written, field
        words = schemas[PAIRS[ours]]["properties"][field]["enum"]
        assert set(re.findall(r"\w+", written[1])) == set(words), (ours, field)
