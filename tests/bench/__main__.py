"""Run the benchmarks: `python -m bench [name …] [--rounds N]` writes tests/bench/RESULTS.md.

Named sections alone are printed and written nowhere, so that a look at one of them cannot replace
the committed table.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from bench import app, dashboards, exports, machine, push, rules, saving, startup
from bench.table import Section, summary

SECTIONS: dict[str, Callable[[int], Section]] = {
    "saving": saving.measure,
    "app": app.measure,
    "startup": startup.measure,
    "rules": rules.measure,
    "reminders": push.measure,
    "dashboards": dashboards.measure,
    "exports": exports.measure,
}
_HEAD = """# Measurements

Made by `make bench`, all in one run: {rounds} rounds, alternating, medians with smallest and
largest. Processor time includes the database's. The machine: {machine}

"""


def main() -> None:
    """Measure, print, and write the table when everything was measured."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    parts = []
    for name in chosen.sections or SECTIONS:
        print(f"bench: {name} …", flush=True)
        parts.append(SECTIONS[name](chosen.rounds))
        print(parts[-1].markdown(), flush=True)
    if not chosen.sections:
        head = _HEAD.format(rounds=chosen.rounds, machine=machine.describe())
        tables = [summary(parts), *(part.markdown() for part in parts)]
        (Path(__file__).parent / "RESULTS.md").write_text(head + "\n".join(tables))


if __name__ == "__main__":
    main()
