"""The rules of the house as functions of a source tree, each returning the faults that it finds.

They take the root as an argument so that a test can plant a fault in a copy and see it found: a
check that cannot fail proves nothing.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FILE_LINES = 400
FUNCTION_LINES = 60
FUNCTION_LINES_P95 = 40
# A floor that may only be raised; the house aims at 1.3.
TEST_RATIO = 0.97

_SKIPPED = {
    ".git", ".hypothesis", ".venv", "__pycache__", "build", "coverage", "dist", "migrations",
    "node_modules", "static",
}  # fmt: skip
_CLOCK_READS = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "time": {"ctime", "gmtime", "localtime", "strftime", "time", "time_ns"},
    "func": {"current_timestamp", "now"},
}
_DATABASE_NAMES = {"conn", "connection", "engine", "made", "session"}
_UNFINISHED = re.compile(
    r"\b(?:TO[D]O|FIX[M]E|XX[X])\b|(?i:lorem [i]psum|coming [s]oon)|raise Not[I]mplemented"
)
_TRIAL = re.compile(r"her2|NCT\d{8}", re.IGNORECASE)
# Exchange formats have words of their own, a list of common passwords has all of them, and the
# app's tests name the words that its sentences must not use.
_MAY_SAY_OTHERWISE = re.compile(r"/formats/|/passwords\.py|\.test\.tsx?:")
_OTHER_WORDS = re.compile(r"\bpatients?\b(?!-reported)", re.IGNORECASE)


@dataclass(frozen=True)
class Function:
    """One function of the source, with its length in lines, docstring and decorators excluded."""

    where: str
    lines: int
    annotated: bool


def files(folder: Path, *suffixes: str) -> list[Path]:
    """Every source file below `folder` that people wrote, in a stable order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in suffixes
        and path.is_file()
        and not path.name.endswith(".d.ts")
        and not _SKIPPED.intersection(path.relative_to(folder).parts)
    )


def long_files(root: Path) -> list[str]:
    """Files of more than `FILE_LINES` lines in any of the languages used."""
    return [
        f"{path.relative_to(root)} has {count} lines"
        for folder in ("backend", "pwa", "tests", "deploy")
        for path in files(root / folder, ".py", ".ts", ".tsx", ".css", ".sh")
        if (count := path.read_text("utf-8").count("\n")) > FILE_LINES
    ]


def functions(root: Path, folder: str = "backend") -> list[Function]:
    """Every function below `folder`, nested ones included."""
    return [
        _measured(node, f"{path.relative_to(root)}:{node.lineno} {node.name}")
        for path in files(root / folder, ".py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def percentile_95(lengths: list[int]) -> int:
    """The length that 95 of 100 functions do not exceed; 0 where there are none."""
    return sorted(lengths)[max(0, -(-len(lengths) * 95 // 100) - 1)] if lengths else 0


def test_ratio(root: Path) -> float:
    """Non-blank lines of Python tests to non-blank lines of Python source."""
    source = sum(map(_non_blank, files(root / "backend", ".py")))
    return sum(map(_non_blank, files(root / "tests", ".py"))) / max(source, 1)


def transactions_elsewhere(root: Path) -> list[str]:
    """Calls of .commit(), .rollback() and a database's .begin() outside store/engine.py."""
    return [
        f"{where} calls .{name}()"
        for where, owner, name in _method_calls(root, except_for="store/engine.py")
        if name in {"commit", "rollback"} or (name == "begin" and owner in _DATABASE_NAMES)
    ]


def clock_reads_elsewhere(root: Path) -> list[str]:
    """Readings of system time outside clock.py, the database's own clock included."""
    calls = [
        f"{where} calls {owner}.{name}()"
        for where, owner, name in _method_calls(root, except_for="clock.py")
        if name in _CLOCK_READS.get(owner, ())
    ]
    in_sql = [
        f"{where} lets the database read the clock"
        for where, text in _lines(root / "backend", root, ".py")
        if re.search(r"CURRENT_(?:TIMESTAMP|DATE|TIME)\b|\bdatetime\('now'|\bnow\(\)[\"']", text)
    ]
    return calls + in_sql


def unfinished(root: Path) -> list[str]:
    """Lines that say of themselves that something is still to be done."""
    return [
        f"{where}: {text.strip()[:80]}"
        for folder in ("backend", "pwa", "tests", "deploy", "instruments")
        for where, text in _lines(
            root / folder, root, ".css", ".md", ".py", ".sh", ".toml", ".ts", ".tsx"
        )
        if _UNFINISHED.search(text)
    ]


def trial_names_in_code(root: Path) -> list[str]:
    """Lines of code that name a trial; a study is data and belongs into instruments/studies."""
    return [
        f"{where}: {text.strip()[:80]}"
        for folder in ("backend/sayso", "pwa/src")
        for where, text in _lines(root / folder, root, ".py", ".ts", ".tsx", ".html")
        if ".test.ts" not in where and _TRIAL.search(text)
    ]


def foreign_words(root: Path) -> list[str]:
    """Lines that call a participant something else, outside the exchange formats that must."""
    return [
        f"{where}: {text.strip()[:80]}"
        for folder in ("backend/sayso", "pwa/src")
        for where, text in _lines(root / folder, root, ".py", ".ts", ".tsx")
        if not _MAY_SAY_OTHERWISE.search(where) and _OTHER_WORDS.search(text)
    ]


def _measured(node: ast.FunctionDef | ast.AsyncFunctionDef, where: str) -> Function:
    first, last = node.body[0], node.end_lineno or node.lineno
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    doc_lines = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    named = [argument for argument in everything if argument.arg not in {"self", "cls"}]
    extra = [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
    annotated = node.returns is not None and all(a.annotation for a in [*named, *extra])
    return Function(where, last - node.lineno + 1 - doc_lines, annotated)


def _method_calls(root: Path, except_for: str) -> Iterator[tuple[str, str, str]]:
    """Every call of the form owner.name(…) as (place, owner, name)."""
    package = root / "backend" / "sayso"
    for path in files(package, ".py"):
        if path == package / except_for:
            continue
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                name = getattr(owner, "attr", getattr(owner, "id", ""))
                yield f"{path.relative_to(root)}:{node.lineno}", name, node.func.attr


def _lines(folder: Path, root: Path, *suffixes: str) -> Iterator[tuple[str, str]]:
    for path in files(folder, *suffixes):
        for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield f"{path.relative_to(root)}:{number}", text


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def _non_blank(path: Path) -> int:
    return sum(1 for line in path.read_text("utf-8").splitlines() if line.strip())
