"""The page that says how many mutants the tests notice, and which they do not."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

from tools.mutation_changes import Mutant
from tools.mutation_trial import Verdict

EQUIVALENT = Path(__file__).with_name("mutation_equivalent.toml")
Fates = Sequence[tuple[Mutant, Verdict]]

_HEAD = """\
# Mutation testing of the study rules

One operator, condition or constant of `backend/sayso/domain` is changed at a time, and the tests of
`tests/domain` that reach it are run, with few examples for each property. Noticed is what makes a
test fail or never come back. `make mutation` writes this page; `make mutation
MUTATION_FLAGS="--modules status"` tries one module and prints what it finds.
"""
_TABLE = """\
| module | mutants | killed | timed out | live | noticed |
|---|---:|---:|---:|---:|---:|
"""


def page(fates: Fates, every: int, untried: Counter[str], machine: str) -> str:
    """The figures of all modules that were tried, and what lives in them."""
    part = "Every mutant was tried" if every == 1 else f"Of each module every {every}th was tried"
    if untried:
        part += _untried(fates, untried)
    names = sorted({mutant.module.short for mutant, _verdict in fates})
    rows = [_row(name, [v for m, v in fates if m.module.short == name]) for name in names]
    rows.append(_row("**all**", [verdict for _mutant, verdict in fates]))
    alive = [(mutant, verdict) for mutant, verdict in fates if not verdict.noticed]
    alive.sort(key=lambda fate: (fate[0].module.short, fate[0].lines.start, fate[0].what))
    return "\n".join((_HEAD, f"{part}. {machine}\n", _TABLE + "\n".join(rows), *_living(alive)))


def _untried(fates: Fates, untried: Counter[str]) -> str:
    """What was not tried counts as live in the figure that is sure."""
    noticed = sum(verdict.noticed for _mutant, verdict in fates)
    sure = 100 * noticed / (len(fates) + untried.total())
    where = ", ".join(f"{name} {n}" for name, n in sorted(untried.items()))
    told = f"except {untried.total()}, mostly outside of functions: {where}."
    return f",\n{fill(told, 100)}\nWere all of those alive, {sure:.1f} % would be noticed"


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    count = Counter(verdict.fate for verdict in verdicts)
    live = count["lives"] + count["unreached"]
    share = f"{100 * (len(verdicts) - live) / max(len(verdicts), 1):.1f} %"
    cells = (name, len(verdicts), count["killed"], count["timed out"], live, share)
    return "".join(f"| {cell} " for cell in cells) + "|"


def _living(alive: Fates) -> list[str]:
    """What lives: first what makes no difference that anybody could see, with the reason."""
    listed = tomllib.loads(EQUIVALENT.read_text("utf-8"))["equivalent"]
    same, other = [], []
    for mutant, verdict in alive:
        line = f"- `{mutant.told}`" + (" (no test reaches it)" * (verdict.fate == "unreached"))
        why = next((one["why"] for one in listed if is_about(one, mutant)), None)
        if why is None:
            other.append(line)
        else:
            same.append(f"{line}: {why}")
    lines = []
    if same:
        lines += ["", "These live because they change nothing that shows; they count as live:", ""]
        lines += same
    if other:
        lines += ["", "These live:", "", *other]
    return [*lines, ""]


def is_about(one: Mapping[str, str], mutant: Mutant) -> bool:
    """Whether an entry means this mutant; `line` tells changes of the same words apart."""
    if (one["module"], one["change"]) != (mutant.module.short, mutant.what):
        return False
    lines = mutant.module.text.splitlines()[mutant.lines.start - 1 : mutant.lines.stop - 1]
    return any(one.get("line", "") in line for line in lines)
