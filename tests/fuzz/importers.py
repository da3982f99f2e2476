"""Any bytes to every importer, steered by which lines of the importers they reach.

Run by the nightly tests as `python importers.py FOLDER -max_total_time=60 -timeout=5
-rss_limit_mb=512`: libFuzzer ends it with an error for an exception, for an input that takes longer
than the timeout, and for memory beyond the limit. The folder holds the seeds and keeps what was
found.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["sayso.formats", "sayso.domain"]):
    from sayso.formats.instrument_import import import_bytes
    from sayso.formats.instrument_json import load


def one_input(data: bytes) -> None:
    """A file is refused with a reason, or what was imported is an instrument in order."""
    imported = import_bytes(data, "any file")
    if imported.document is None:
        if not imported.why:
            raise AssertionError("a file was refused without a reason")
        return
    load(imported.document)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
