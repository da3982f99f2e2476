"""What the tests of the worker share."""

from support.reminder_fixtures import clock, office, ring, service, smtp, trial

__all__ = ["clock", "office", "ring", "service", "smtp", "trial"]
