"""Change one operator, condition or constant at a time, and see whether a test notices.

    PYTHONPATH=tests python -m tools.mutation [--modules NAME…] [--every N] [--fresh]

A first pass runs every test once and notes which lines it reaches; each mutant then meets only the
tests that reach it, in a fork of a process that has everything imported (see `mutation_trial`).
What was found is kept in a book outside of version control, so a run that is broken off goes on
where it was. A verdict of the book stands as long as the changed module and the test that noticed
stay as they are; of a mutant that lives, as long as all modules and tests do. `--fresh` forgets it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import platform
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from tools.mutation_changes import Module, Mutant, mutants
from tools.mutation_report import page
from tools.mutation_trial import Reach, Verdict, Warm, cold, warm

ROOT = Path(__file__).resolve().parents[2]
# Seconds that importing everything anew may take.
_IMPORTS = 20
_NEAREST = 4


@dataclass(frozen=True, slots=True)
class Field:
    """What is examined: a package, the folder of its tests, the book of the results.

    `patience` is what a trial may take beyond ten times what its tests took unchanged, in seconds
    of processor time, which a busy machine does not use up.
    """

    package: Path
    tests: Path
    book: Path
    patience: int

    @property
    def source(self) -> Path:
        """The folder that the package is imported from."""
        folder = self.package
        while (folder / "__init__.py").exists():
            folder = folder.parent
        return folder

    def modules(self) -> list[Module]:
        """Every module of the package as it is now."""
        name = ".".join(self.package.relative_to(self.source).parts)
        return [Module.read(name, path) for path in sorted(self.package.glob("*.py"))]


class Book:
    """What was found, a line each, added to as it is found."""

    def __init__(self, field: Field, modules: Iterable[Module]) -> None:
        self._path, self._tests = field.book, field.tests
        folders = (field.tests, field.tests.parent / "support")
        files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
        every = [path.read_bytes() for path in files]
        self._all = _digest([*every, *(module.digest.encode() for module in modules)])

    def read(self, doubtful: bool = False) -> dict[str, Verdict]:
        """The verdicts that still stand, by the key of their mutant.

        With `doubtful` also those mutants count as alive that tests written since may notice.
        """
        found: dict[str, Verdict] = {}
        for line in self._path.read_text("utf-8").splitlines() if self._path.exists() else ():
            entry = json.loads(line)
            verdict = Verdict(entry["fate"], entry["by"])
            found.pop(entry["key"], None)
            if entry["stands"] == self._stands(verdict) or (doubtful and not verdict.noticed):
                found[entry["key"]] = verdict
        return found

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Keep what was found, at once, so that nothing is lost when the run is broken off."""
        entry = {"key": mutant.key, "fate": verdict.fate, "by": verdict.by}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry | {"stands": self._stands(verdict)}) + "\n")

    def _stands(self, verdict: Verdict) -> str:
        if not verdict.noticed:
            return self._all
        path = self._tests / Path(verdict.by.split("::", 1)[0]).name
        return _digest([path.read_bytes()]) if path.exists() else ""


def _digest(parts: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:16]


def examine(field: Field, chosen: Sequence[Mutant], book: Book) -> Mapping[str, Verdict] | None:
    """Try every mutant that the book has no verdict for; None where a test fails already."""
    known = book.read()
    new = [mutant for mutant in chosen if mutant.key not in known]
    if not new:
        return known
    print(f"{len(chosen)} mutants, {len(chosen) - len(new)} of them known.", flush=True)
    reach = _warm_stage(field, [mutant for mutant in new if mutant.place], book)
    if reach is None:
        return None
    known = book.read()
    late = [mutant for mutant in new if reach.is_early(mutant)]
    modules = field.modules()
    late = [m for m in late if m.key not in known or not known[m.key].noticed]
    for mutant in late:
        files = reach.files_for(mutant.module, modules)
        limit = _IMPORTS + field.patience + 3 * sum(reach.seconds.values())
        verdict = Verdict("unreached")
        # Few files at first: they are imported for nothing else, and mostly they suffice.
        for part in (files[:_NEAREST], files[_NEAREST:]):
            if part and not verdict.noticed:
                verdict = cold([str(field.tests / Path(path).name) for path in part], mutant, limit)
        _tell(book, mutant, verdict)
    return book.read()


def _warm_stage(field: Field, inside: Sequence[Mutant], book: Book) -> Reach | None:
    """In a process of its own, for what it imports must not be there for the cold trials."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if child == 0:
            _in_child(field, inside, book, Path(file.name))
        _child, status = os.waitpid(child, 0)
        # The bytes are those of this program's own child.
        return pickle.loads(Path(file.name).read_bytes()) if status == 0 else None  # noqa: S301


def _in_child(field: Field, inside: Sequence[Mutant], book: Book, file: Path) -> Never:
    fine = False
    try:
        # What pytest says goes nowhere; what this program says goes where it went before.
        sys.stdout = os.fdopen(os.dup(1), "w")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        reach = Reach()
        plugin = Warm(field.modules(), inside, reach, lambda *f: _tell(book, *f), field.patience)
        fine = warm(field.tests, plugin)
        file.write_bytes(pickle.dumps(reach))
    finally:
        os._exit(int(not fine))


def _tell(book: Book, mutant: Mutant, verdict: Verdict) -> None:
    book.add(mutant, verdict)
    if verdict.fate != "killed":
        print(f"{verdict.fate}: {mutant.told}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants and print the figures; exit 1 when too few are noticed, 2 without tests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--modules", nargs="*", help="these instead of all")
    parser.add_argument("--every", type=int, default=1, help="only each Nth mutant of a module")
    parser.add_argument("--fresh", action="store_true", help="forget what was found before")
    parser.add_argument("--report", action="store_true", help="try nothing, say what is known")
    parser.add_argument("--floor", type=float, default=85.0, help="per cent to be noticed")
    parser.add_argument("--write", type=Path, help="keep the figures of all modules in this file")
    parser.add_argument("--package", type=Path, default=ROOT / "backend" / "sayso" / "domain")
    parser.add_argument("--tests", type=Path, default=ROOT / "tests" / "domain")
    parser.add_argument("--patience", type=int, default=10, help="seconds until a trial hangs")
    parser.add_argument("--book", type=Path, default=ROOT / ".stamps" / "mutation.jsonl")
    given = parser.parse_args(arguments)
    field = Field(given.package.resolve(), given.tests.resolve(), given.book, given.patience)
    sys.path.insert(0, str(field.source))
    if given.fresh:
        field.book.unlink(missing_ok=True)
    modules = field.modules()
    unknown = set(given.modules or ()) - {module.short for module in modules}
    if unknown:
        parser.error(f"there is no module {', '.join(sorted(unknown))}")
    asked = [module for module in modules if given.modules is None or module.short in given.modules]
    chosen = [mutant for module in asked for mutant in list(mutants(module))[:: given.every]]
    book = Book(field, modules)
    found = book.read(doubtful=True) if given.report else examine(field, chosen, book)
    if found is None:
        print("The tests fail without any change; mend that first.", file=sys.stderr)
        return 2
    fates = [(mutant, found[mutant.key]) for mutant in chosen if mutant.key in found]
    untried = Counter(mutant.module.short for mutant in chosen if mutant.key not in found)
    text = page(fates, given.every, untried, _machine())
    print(text)
    if given.write is not None and given.modules is None:
        given.write.write_text(text, "utf-8")
    noticed = sum(verdict.noticed for _mutant, verdict in fates)
    return int(100 * noticed < given.floor * len(chosen))


def _machine() -> str:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    minutes = (used.ru_utime + used.ru_stime) / 60
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()} with "
        f"{os.cpu_count()} processors, of which the last run used {minutes:.0f} minutes."
    )


if __name__ == "__main__":
    sys.exit(main())
