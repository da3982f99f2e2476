"""Which edition of the time zone database this process reckons with.

Governments change their clocks at short notice. Each planned reminder keeps the edition it was
reckoned with, so that after an update the ones still ahead are reckoned anew.
"""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from importlib import metadata
from pathlib import Path


@lru_cache(maxsize=1)
def version() -> str:
    """Such as "2026b": of the system's database where Python uses it, else of the package."""
    for folder in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            file = Path(folder) / name
            if file.is_file():
                with file.open(encoding="utf-8") as lines:
                    return lines.readline().strip().removeprefix("# version ")
    return metadata.version("tzdata")
