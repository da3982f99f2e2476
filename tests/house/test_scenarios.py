"""Each of the sixteen binding stories is told in the rules, through the services and the API."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
API = ["web/test_scenarios.py", "web/test_long_stories.py", "web/test_golden_story.py"]
# Sending, files and tablets are no matter of dates and facts alone.
NOT_FOR_THE_RULES = {7, 13, 14}
STORIES = set(range(1, 17))


def told(*patterns: str) -> set[int]:
    """The numbers of the stories that these files tell."""
    files = [path for pattern in patterns for path in sorted(TESTS.glob(pattern))]
    assert len(files) >= len(patterns), patterns
    text = "\n".join(path.read_text("utf-8") for path in files)
    return {int(number) for number in re.findall(r"^def test_(\d+)_", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        (["domain/test_scenarios.py"], STORIES - NOT_FOR_THE_RULES),
        (["services/test_scenarios*.py"], STORIES),
        (
            ["web/test_scenarios.py", "web/test_long_stories.py", "web/test_golden_story.py"],
            STORIES,
        ),
    ],
    ids=["rules", "services", "API"],
)
def test_every_story_is_told(patterns: list[str], wanted: set[int]) -> None:
    assert told(*patterns) == wanted
