"""What a test does when the machine lacks a program: skip with the reason, or fail.

On a developer's machine a missing browser or database skips the tests that need it. Where
`SAYSO_REQUIRE_ALL` is set, as in continuous integration, it fails them, so that a hole in the proof
cannot pass for the proof.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_SYSTEM_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def missing(what: str) -> NoReturn:
    """End the running test because `what` is not on this machine."""
    sentence = f"{what} is not installed here; `make packages` as root installs it"
    if os.environ.get("SAYSO_REQUIRE_ALL"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def program(*names: str) -> str:
    """The path of the first of `names` that is installed; ends the test where none is."""
    search = os.pathsep.join([os.environ.get("PATH", ""), *_SYSTEM_FOLDERS])
    for name in names:
        if found := shutil.which(name, path=search):
            return found
    missing(" or ".join(names))


def postgres_bin() -> Path:
    """The folder with initdb and pg_ctl of the newest PostgreSQL here; ends the test without one.

    Debian keeps them out of the search path, one folder per major version.
    """
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
    )
    if debian:
        return debian[-1].parent
    return Path(program("initdb")).resolve().parent
