"""A site's licensed file in miniature: our own words in the places of a pack's items."""

from __future__ import annotations

import csv
import io
from copy import deepcopy
from typing import Any

from sayso.formats.import_draft import walk
from sayso.formats.instrument_json import load
from sayso.formats.redcap_export import to_redcap
from sayso.services import adoption
from support.instruments import SHIPPED

PACKS = SHIPPED / "packs"


def own_file(pack_name: str, *, words: str = "Words of", prefix: str = "") -> bytes:
    """A REDCap dictionary for that pack; `prefix` makes its field names unlike the pack's ids."""
    document: dict[str, Any] = deepcopy(dict(adoption.packs(PACKS)[pack_name].document))
    document |= {"pack": False, "title": "Own words", "scores": []}
    document["answer_sets"] = {
        name: [
            {"code": one["code"] if isinstance(one, dict) else one, "text": f"Answer {one}"}
            for one in options
        ]
        for name, options in document["answer_sets"].items()
    }
    for item in walk(document["items"]):
        item["text"] = f"{words} {item['id']}"
        item.pop("enable_when", None)
        item.pop("when_hidden", None)
    rows = list(csv.reader(io.StringIO(to_redcap(load(document)))))
    for row in rows[1:]:
        row[0] = prefix + row[0]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
