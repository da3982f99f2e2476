"""Everything that can go wrong, by name.

No error knows HTTP: web has one table that maps each to a problem document, the app has a sentence
for every slug, and the command line prints the message. The message is one sentence that says what
is wrong and, where it can, how to mend it.
"""

from typing import ClassVar


class SaysoError(Exception):
    """The base of every named error; `slug` names it in the API and in the app."""

    slug: ClassVar[str]


class StoreUnavailable(SaysoError):
    """The database cannot be reached, is locked for too long, is full or is read-only."""

    slug = "store-unavailable"
