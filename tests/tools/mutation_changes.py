"""The changes of mutation testing: one operator, condition or constant of a module at a time.

A change is told apart from others by its place in the walk through the module's syntax tree. Where
it lies inside a function, the function can be given the changed code while everything else stays as
it was imported; outside of one, the module has to be imported anew.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}

Place = tuple[str, int]
"""A function by its qualified name and its first line, as its code object tells them."""


@dataclass(frozen=True)
class Module:
    """A module as it was when the run began; it may be edited while the run goes on."""

    name: str
    path: Path
    text: str

    @classmethod
    def read(cls, package: str, path: Path) -> Module:
        """The module of that file."""
        return cls(f"{package}.{path.stem}", path, path.read_text("utf-8"))

    @property
    def short(self) -> str:
        """Its name inside of the package."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """What tells one state of its text from another."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree, which stays unchanged."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> frozenset[str | None]:
        """The names of the modules that it takes something from."""
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom))
        return frozenset(node.module for node in found)

    def code(self, tree: ast.Module) -> CodeType:
        """The code of a changed tree of this module."""
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec", dont_inherit=True)


@dataclass(frozen=True)
class Mutant:
    """One change of a module.

    `node` counts in walking order, `lines` are those of the statement around it or of its head,
    `place` is the function to give the changed code to, None at the level of the module.
    """

    module: Module
    node: int
    lines: range
    place: Place | None
    what: str

    @property
    def key(self) -> str:
        """What it is called in the book of results, while the module stays as it is."""
        return f"{self.module.short}/{self.module.digest}/{self.node}"

    @property
    def told(self) -> str:
        """Where it is and what changed, in a line."""
        return f"{self.module.short}.py:{self.lines.start} {self.what}"

    def code(self) -> CodeType:
        """The module's code with the change."""
        tree = ast.parse(self.module.text)
        _change(list(ast.walk(tree))[self.node])
        return self.module.code(tree)

    def code_of_place(self) -> CodeType:
        """The code of the function around the change. Raises LookupError where there is none."""
        for code in _codes(self.code()):
            if (code.co_qualname, code.co_firstlineno) == self.place:
                return code
        raise LookupError(self.told)


def mutants(module: Module) -> Iterator[Mutant]:
    """Every change of a module that could make a difference."""
    left_out, around = _left_out(module.tree), _surroundings(module.tree)
    for number, node in enumerate(ast.walk(module.tree)):
        if id(node) in left_out or id(node) not in around:
            continue
        # Of the copy only what hangs on the node itself is replaced, nothing further down.
        changed = copy.copy(node)
        if _change(changed):
            lines, place = around[id(node)]
            yield Mutant(module, number, lines, place, f"{_told(node)} -> {_told(changed)}")


def _told(node: ast.AST) -> str:
    """The part as one line of source; of a statement with a body, its condition."""
    part = node.test if isinstance(node, ast.If | ast.While) else node
    return " ".join(ast.unparse(ast.fix_missing_locations(part)).split())[:120]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _left_out(tree: ast.Module) -> set[int]:
    """Nodes whose change says nothing: decorators, annotations, sentences of errors, imports."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            parts += node.decorator_list
        if isinstance(node, ast.FunctionDef) and node.returns:
            parts.append(node.returns)
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            parts.append(node.annotation)
        if isinstance(node, ast.JoinedStr | ast.ImportFrom):
            parts.append(node)
        if isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(node.test, ast.UnaryOp):
            # To turn the condition round is one change already.
            found.add(id(node.test))
        for part in parts:
            found.update(id(inner) for inner in ast.walk(part))
    return found


def _surroundings(tree: ast.Module) -> dict[int, tuple[range, Place | None]]:
    """For each node below a statement, the lines of that statement and the function around it."""
    found: dict[int, tuple[range, Place | None]] = {}

    def visit(node: ast.AST, lines: range, place: Place | None, path: str) -> None:
        if isinstance(node, ast.stmt):
            lines = _head(node)
        found[id(node)] = (lines, place)
        inside, body = path, place
        if isinstance(node, ast.ClassDef):
            inside = f"{path}{node.name}."
        if isinstance(node, ast.FunctionDef) and place is None:
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            body = (f"{path}{node.name}", first)
        for name, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, lines, body if name == "body" else place, inside)

    for statement in tree.body:
        visit(statement, range(0), None, "")
    return found


def _head(node: ast.stmt) -> range:
    """The lines of a statement; of one with a body, those before it."""
    body = getattr(node, "body", None)
    last = node.end_lineno or node.lineno
    return range(node.lineno, max(node.lineno, body[0].lineno - 1 if body else last) + 1)


def _change(node: ast.AST) -> bool:
    """Change a node in place; says whether there was anything to change."""
    return _change_operator(node) or _change_value(node) or _change_course(node)


def _change_operator(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
        node.ops = [_COMPARE[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        node.op = _ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    else:
        return False
    return True


def _change_value(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1
    elif isinstance(node, ast.Name) and node.id in _CALLS:
        node.id = _CALLS[node.id]
    else:
        return False
    return True


def _change_course(node: ast.AST) -> bool:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
        node.value = ast.Constant(None)
    else:
        return False
    return True
