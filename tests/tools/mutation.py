"""Change one operator or constant of the domain at a time, and see whether a test notices.

    python tests/tools/mutation.py [--sample N] [--seed N] [--modules NAME…] [--quick]

The sources are copied to a temporary folder and changed there, so the working tree stays as it is.
Each mutant runs in a process forked from one that has pytest loaded already: first the module's own
tests, then the rest of the domain's, and the long random proofs for the survivors only; `--quick`
leaves those out, which can only lower the figure. Killed is what makes a test fail or crash, or run
for ten minutes.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "backend" / "sayso" / "domain"
TESTS = ROOT / "tests" / "domain"
RULES = (
    "amendment", "consistency", "evaluation", "exemption", "participation", "plausible",
    "retention", "schedule", "signals", "simulation", "status", "study", "visits", "walltime",
)  # fmt: skip
# The proofs that take the longest are asked last, and only about what everything else let pass.
LONG = ("test_properties.py", "test_study_machine.py")
SECONDS = 600

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One change: which module, which node in walking order, and what it is now."""

    module: str
    node: int
    line: int
    what: str

    def source(self) -> str:
        """The module's text with the change."""
        tree = _tree(self.module)
        node = list(ast.walk(tree))[self.node]
        _change(node)
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants(module: str) -> Iterator[Mutant]:
    """Every change to a module that could make a difference."""
    tree = _tree(module)
    left_out = _left_out(tree)
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in left_out:
            continue
        before = copy.deepcopy(node)
        if _change(node):
            what = f"{ast.unparse(before)} -> {ast.unparse(ast.fix_missing_locations(node))}"
            yield Mutant(module, number, getattr(node, "lineno", 0), what)


def _tree(module: str) -> ast.Module:
    return ast.parse((DOMAIN / f"{module}.py").read_text("utf-8"))


def _left_out(tree: ast.Module) -> set[int]:
    """Nodes whose change says nothing: decorators, annotations, sentences of errors, imports."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            parts += node.decorator_list
        if isinstance(node, ast.FunctionDef):
            parts += [argument for argument in node.args.args if argument.annotation]
            parts += [node.returns] if node.returns else []
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            parts.append(node.annotation)
        if isinstance(node, ast.JoinedStr | ast.ImportFrom):
            parts.append(node)
        for part in parts:
            found.update(id(inner) for inner in ast.walk(part))
    return found


def _change(node: ast.AST) -> bool:
    """Change a node in place; says whether there was anything to change."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
        node.ops[0] = _COMPARE[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        node.op = _ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Name) and node.id in _CALLS:
        node.id = _CALLS[node.id]
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
        node.value = ast.Constant(None)
    else:
        return False
    return True


def survives(mutant: Mutant, package: Path, quick: bool) -> bool:
    """Whether every test passes with this change; the copy is put back afterwards."""
    target = package / "sayso" / "domain" / f"{mutant.module}.py"
    original = target.read_text("utf-8")
    target.write_text(mutant.source(), "utf-8")
    own = [TESTS / f"test_{mutant.module}.py"]
    rest = [path for path in sorted(TESTS.glob("test_*.py")) if path.name not in LONG]
    first = [path for path in own if path.exists()]
    try:
        last = [] if quick else [TESTS / name for name in LONG]
        stages = [first, [path for path in rest if path not in first], last]
        return all(_passes(stage, package) for stage in stages if stage)
    finally:
        target.write_text(original, "utf-8")


def _passes(paths: list[Path], package: Path) -> bool:
    child = os.fork()
    if child == 0:
        _run(paths, package)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(SECONDS)
    _child, status = os.waitpid(child, 0)
    signal.alarm(0)
    return status == 0


def _run(paths: list[Path], package: Path) -> None:
    """In the child: these tests against the changed copy, in silence."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.path.insert(0, str(package))
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *map(str, paths)])
    os._exit(int(code))


def main() -> int:
    """Try the mutants and print the figure; exit 1 when it is below the floor."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--modules", nargs="*", default=list(RULES))
    parser.add_argument("--sample", type=int, help="so many mutants, chosen at random")
    parser.add_argument("--quick", action="store_true", help="without the long random proofs")
    parser.add_argument("--minutes", type=float, help="stop in time, with what was tried by then")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="keep the figures in this file")
    parser.add_argument("--floor", type=float, default=85.0, help="per cent that must be killed")
    chosen = parser.parse_args()
    every = [mutant for module in chosen.modules for mutant in mutants(module)]
    picked = random.Random(chosen.seed).sample(every, min(chosen.sample or len(every), len(every)))
    tried: list[Mutant] = []
    until = time.monotonic() + 60 * chosen.minutes if chosen.minutes else None
    alive: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "backend"
        skip = shutil.ignore_patterns("__pycache__", "static")
        shutil.copytree(ROOT / "backend", package, ignore=skip)
        (Path(folder) / "instruments").symlink_to(ROOT / "instruments")
        unchanged = [path for path in sorted(TESTS.glob("test_*.py")) if path.name not in LONG]
        if not _passes(unchanged, package):
            print("The tests fail without any change; mend that first.")
            return 2
        for number, mutant in enumerate(picked, 1):
            if until is not None and time.monotonic() > until:
                break
            tried.append(mutant)
            if survives(mutant, package, chosen.quick):
                alive.append(mutant)
                print(f"{number}/{len(picked)} lives: {_told(mutant)}", flush=True)
            elif number % 10 == 0:
                print(f"{number}/{len(picked)}", flush=True)
    text = report(every, tried, alive, chosen)
    print(text)
    if chosen.write is not None:
        chosen.write.write_text(text, "utf-8")
    return int(100 * (len(tried) - len(alive)) < chosen.floor * len(tried))


def report(
    every: list[Mutant], tried: list[Mutant], alive: list[Mutant], chosen: argparse.Namespace
) -> str:
    """The figures as a page: per module, and what lives."""
    of, left = Counter(m.module for m in tried), Counter(m.module for m in alive)
    killed = len(tried) - len(alive)
    whole = "all of them" if len(tried) == len(every) else f"a random sample, seed {chosen.seed}"
    proofs = ", without the long random proofs" if chosen.quick else ""
    lines = [
        "# Mutation testing of the study rules\n",
        "One operator, constant or condition of `backend/sayso/domain` is changed at a time, and",
        "the tests of `tests/domain` run against it; see `tests/tools/mutation.py`.\n",
        f"{killed} of {len(tried)} mutants killed, {100 * killed / max(len(tried), 1):.1f} %.",
        f"Tried: {len(tried)} of {len(every)}, {whole}{proofs}.\n",
        "| module | tried | killed |", "|---|---:|---:|",
        *(f"| {name} | {of[name]} | {of[name] - left[name]} |" for name in sorted(of)),
        "", "What lives:", "", *(f"- `{_told(mutant)}`" for mutant in alive),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _told(mutant: Mutant) -> str:
    return f"{mutant.module}.py:{mutant.line} {' '.join(mutant.what.split())[:90]}"


if __name__ == "__main__":
    sys.exit(main())
