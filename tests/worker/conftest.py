"""What the tests of the worker share."""

import pytest

from support.reminder_fixtures import clock, office, ring, service, smtp, trial

__all__ = ["clock", "office", "ring", "service", "smtp", "trial"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known only where this folder is named on the command line, which is where it is wanted."""
    parser.addoption(
        "--write-transcripts",
        action="store_true",
        help="write the transcripts of simulated journeys anew, to be read before committing",
    )
