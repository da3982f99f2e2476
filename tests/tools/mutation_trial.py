"""Try a mutant: give a process the changed code, run the tests that reach it, see if one fails.

`Warm` is a pytest plugin: once everything is imported and collected it runs each test once to learn
which lines it reaches and how long it takes, and then forks for each mutant a child that swaps the
code of one function and runs only the tests that reach it. `cold` is for what has to be imported
anew. Changed code lives in a child's memory only; no file is ever changed.
"""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, ClassVar, Never

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from tools.mutation_changes import Module, Mutant

# Hypothesis is imported before pytest could rewrite the assertions in it, which needs no warning.
QUIET = ("-q", "-s", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
EXAMPLES = 5
# The tests of a trial, quickest first, are taken up to so many seconds that they last unchanged.
BUDGET = 1.0
MEMORY = 4 << 30


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: killed, timed out, lives or unreached, and by which test."""

    fate: str
    by: str = ""

    @property
    def noticed(self) -> bool:
        """Whether something failed, or never came back."""
        return self.fate in ("killed", "timed out")


@dataclass(slots=True)
class Reach:
    """Which tests reach which lines of which file, and the seconds that each takes.

    Lines that run while the tests are collected belong to no test: `early` holds them.
    """

    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    early: dict[str, set[int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant, the quickest first, as far as the budget goes."""
        lines = self.tests.get(str(mutant.module.path), {})
        found = {test for line in mutant.lines for test in lines.get(line, ())}
        ordered = sorted(found, key=lambda test: (self.seconds[test], test))
        so_far = accumulate(self.seconds[test] for test in ordered)
        return [
            test
            for place, (test, total) in enumerate(zip(ordered, so_far, strict=True))
            if place == 0 or total <= BUDGET
        ]

    def is_early(self, mutant: Mutant) -> bool:
        """Whether the line runs before the first test, where a swap of code comes too late."""
        early = self.early.get(str(mutant.module.path), set())
        return mutant.place is None or not early.isdisjoint(mutant.lines)

    def files_for(self, module: Module, modules: Sequence[Module]) -> list[str]:
        """The test files that reach a module or one that imports it: its own, then the quickest.

        Together they take up to some budgets of seconds; the first is taken however long it takes.
        """
        near = [module, *(other for other in modules if module.name in other.imports)]
        lines = [tests for one in near for tests in self.tests.get(str(one.path), {}).values()]
        cost: dict[str, float] = {}
        for test in {test for tests in lines for test in tests}:
            path = test.split("::", 1)[0]
            cost[path] = cost.get(path, 0.0) + self.seconds[test]
        own = f"test_{module.short}"
        ordered = sorted(cost, key=lambda path: (own not in path, cost[path], path))
        so_far = accumulate(cost[path] for path in ordered)
        return [
            path
            for place, (path, total) in enumerate(zip(ordered, so_far, strict=True))
            if place == 0 or total <= 5 * BUDGET
        ]


Found = Callable[[Mutant, Verdict], None]


class Warm:
    """The pytest plugin that tries mutants in the place of a test run."""

    def __init__(
        self,
        modules: Sequence[Module],
        mutants: Sequence[Mutant],
        reach: Reach,
        found: Found,
        patience: int,
    ) -> None:
        self.modules, self.mutants = modules, mutants
        self.reach, self.found, self.patience = reach, found, patience
        self.killers: dict[str, list[str]] = {}
        self.coverage = Coverage(
            data_file=None, config_file=False, include=[str(m.path) for m in modules]
        )

    def pytest_sessionstart(self) -> None:
        """Begin to record before any test is imported."""
        self.coverage.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """First every test as it is, then the mutants. Raises Failed where a test fails already."""
        if session.testsfailed:
            raise session.Failed("a test cannot be collected")
        memory = Memory(self.modules)
        for item in session.items:
            self._run_unchanged(item, memory)
        self._keep_reach()
        items = {item.nodeid: item for item in session.items}
        # Children share the memory of this process as long as nobody looks through all of it.
        gc.disable()
        gc.freeze()
        for mutant in self.mutants:
            self.found(mutant, self._try(mutant, items, memory))
        return True

    def _run_unchanged(self, item: pytest.Item, memory: Memory) -> None:
        memory.forget()
        self.coverage.switch_context(item.nodeid)
        before = time.process_time()
        reports = runtestprotocol(item, log=False, nextitem=None)
        self.reach.seconds[item.nodeid] = time.process_time() - before
        self.coverage.switch_context("")
        for report in reports:
            if report.failed:
                print(report.longreprtext, file=sys.stderr)
                raise pytest.Session.Failed(f"{item.nodeid} fails without any change")

    def _keep_reach(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        for path in data.measured_files():
            lines = data.contexts_by_lineno(path)
            self.reach.early[path] = {line for line, tests in lines.items() if "" in tests}
            self.reach.tests[path] = {line: {*tests} - {""} for line, tests in lines.items()}

    def _try(self, mutant: Mutant, items: dict[str, pytest.Item], memory: Memory) -> Verdict:
        tests = self.reach.of(mutant)
        if not tests:
            return Verdict("unreached")
        # What noticed a change of this function before is likely to notice the next one too.
        killers = self.killers.setdefault(f"{mutant.module.name} {mutant.place}", [])
        order = [*(test for test in killers if test in tests)]
        order += [test for test in tests if test not in order]

        def body(tell: Callable[[int], None]) -> bool:
            memory.forget()
            memory.swap(mutant)
            for number, test in enumerate(order):
                tell(number)
                reports = runtestprotocol(items[test], log=False, nextitem=None)
                if any(report.failed for report in reports):
                    return False
            return True

        limit = self.patience + 10 * sum(self.reach.seconds[test] for test in order)
        verdict, last = trial(body, limit)
        if not verdict.noticed:
            return verdict
        if order[last] not in killers:
            killers.insert(0, order[last])
        return Verdict(verdict.fate, order[last])


class Memory:
    """What is imported: the functions that a mutant may change, and what was remembered."""

    def __init__(self, modules: Sequence[Module]) -> None:
        names = {module.name for module in modules}
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = {}
        self._caches: list[Any] = []
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType) and thing.__module__ in names:
                code = thing.__code__
                key = (thing.__module__, code.co_qualname, code.co_firstlineno)
                self._functions.setdefault(key, []).append(thing)
            elif isinstance(thing, functools._lru_cache_wrapper):
                self._caches.append(thing)

    def swap(self, mutant: Mutant) -> None:
        """Give the mutant's function its changed code. Raises LookupError where it is not found."""
        assert mutant.place is not None
        for function in self._functions[mutant.module.name, *mutant.place]:
            function.__code__ = mutant.code_of_place()

    def forget(self) -> None:
        """Forget what functions and objects remember, so that every test computes it itself."""
        for cache in self._caches:
            cache.cache_clear()
        Forgetful.forget()


class Forgetful(functools.cached_property[Any]):
    """A cached property that can be made to compute again."""

    _kept: ClassVar[list[tuple[dict[str, Any], str]]] = []

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        if instance is not None and self.attrname is not None:
            self._kept.append((instance.__dict__, self.attrname))
        return super().__get__(instance, owner)

    @classmethod
    def forget(cls) -> None:
        """Compute every one of them again."""
        for attributes, name in cls._kept:
            attributes.pop(name, None)
        cls._kept.clear()


def warm(tests: Path, plugin: Warm) -> bool:
    """Try the mutants that lie in functions; says whether the tests pass without any change."""
    functools.cached_property = Forgetful  # type: ignore[misc]
    return _pytest([str(tests)], plugin)


def cold(tests: Sequence[str], mutant: Mutant, seconds: float) -> Verdict:
    """Try one mutant in a process that imports everything itself."""
    failed = _FirstFailure()

    def body(tell: Callable[[int], None]) -> bool:
        sys.meta_path.insert(0, _Changed(mutant))
        failed.tell, failed.tests = tell, list(tests)
        return _pytest(["-x", *tests], failed)

    verdict, last = trial(body, seconds)
    return Verdict(verdict.fate, tests[last]) if verdict.noticed else verdict


def _pytest(arguments: list[str], plugin: object) -> bool:
    """Run tests in this process with this plugin alone; says whether they passed.

    What else is installed takes longer to load than most of the tests take to run.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    _quick_examples()
    return pytest.main([*QUIET, *arguments], plugins=[plugin]) == 0


class _FirstFailure:
    """Tells which test file is at work, so that the parent knows which one noticed."""

    tell: Callable[[int], None]
    tests: list[str]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        path = nodeid.split("::", 1)[0]
        with suppress(ValueError):
            self.tell(self.tests.index(path))


def trial(body: Callable[[Callable[[int], None]], bool], seconds: float) -> tuple[Verdict, int]:
    """Run `body` in a child of its own; the last number it told is that of the test at work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_child(body, writer, int(seconds))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _child, status = os.waitpid(child, 0)
    last = int.from_bytes(told[-2:], "big")
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
        return Verdict("timed out"), last
    return Verdict("lives" if status == 0 else "killed"), last


def _in_child(body: Callable[[Callable[[int], None]], bool], writer: int, seconds: int) -> Never:
    passed = False
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        def tell(number: int) -> None:
            os.write(writer, number.to_bytes(2, "big"))

        passed = body(tell)
    finally:
        os._exit(int(not passed))


def _quick_examples() -> None:
    """A few examples for each property, always the same, and none kept on disk.

    Tests name their own numbers of examples, which win over any profile; so what Hypothesis reads
    of its settings is replaced. The class refuses to be changed, its type does not.
    """
    told = hypothesis.settings.max_examples

    def few(self: hypothesis.settings) -> int:
        return min(EXAMPLES, int(told.__get__(self)))

    fixed = {
        "max_examples": few,
        "derandomize": lambda _self: True,
        "database": lambda _self: None,
        "deadline": lambda _self: None,
        "suppress_health_check": lambda _self: tuple(hypothesis.HealthCheck),
    }
    for name, value in fixed.items():
        type.__setattr__(hypothesis.settings, name, property(value))


class _Changed(importlib.abc.MetaPathFinder):
    """Finds the mutant's module in its changed form, and leaves the rest to others."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of a module to import."""
        if fullname != self._mutant.module.name:
            return None
        file = str(self._mutant.module.path)
        loader = _Loader(fullname, file, self._mutant.code())
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: CodeType) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code
