"""Several events of one kind in a plan, such as releases `OSS`, `OSS_2`, `OSS_TOOLS`, where the rules name the first.

A rule that names it then means the earliest of them; what must stay outside a span of days, every one of them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterable, Mapping, Sequence

from workbench.planning import expressions


def groups(events: Collection[str], several: Iterable[str]) -> dict[str, list[str]]:
    """The events that go by each of the names, where there is more than the first one."""
    found = {name: members(events, name) for name in several}
    return {name: each for name, each in found.items() if each not in ([], [name])}


def members(events: Iterable[str], name: str) -> list[str]:
    """The events that go by a name: it, and those called after it."""
    return [each for each in events if each == name or each.startswith(f"{name}_")]


def read(text: str, grouped: Mapping[str, Sequence[str]]) -> ast.expr:
    """An expression over the events of a plan. Raises ExpressionError."""
    node = expressions.parse(text)
    if not any(isinstance(each, ast.Name) and each.id in grouped for each in ast.walk(node)):
        return node
    return _Spread(grouped).visit(copy.deepcopy(node))  # type: ignore[no-any-return]


class _Spread(ast.NodeTransformer):
    def __init__(self, grouped: Mapping[str, Sequence[str]]) -> None:
        self._grouped = grouped

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return _call("min", self._names(node)) if node.id in self._grouped else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(func=ast.Name(id="time" | "public" as function), args=[ast.Name(id=name) as event]) if (
                name in self._grouped
            ):
                return _call("min", [_call(function, [each]) for each in self._names(event)])
            case ast.Call(func=ast.Name(id="outside"), args=[start, end, *others]):
                spread = [each for other in others for each in self._each(other)]
                return _call("outside", [self.visit(start), self.visit(end), *spread])
            case _:
                return ast.Call(node.func, [self.visit(each) for each in node.args], [])

    def _each(self, node: ast.expr) -> Sequence[ast.expr]:
        if isinstance(node, ast.Name) and node.id in self._grouped:
            return self._names(node)
        return [self.visit(node)]

    def _names(self, node: ast.Name) -> list[ast.expr]:
        return [ast.Name(name, ast.Load()) for name in self._grouped[node.id]]


def _call(function: str, arguments: Sequence[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
