"""Imports point one way; imports for types alone do not count."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import APPS, ROOT, modules, tree


def _imports(path):
    """The apps that a module imports when it runs: at its head or inside functions."""
    only_types = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_no_app_imports_what_stands_above_it(app):
    above = set(APPS[APPS.index(app) + 1 :])
    upward = {
        f"{path.relative_to(ROOT)} imports {name}" for path in modules(app) for name in _imports(path) if name in above
    }
    assert upward == set()


def test_the_launcher_needs_nothing_but_the_standard_library_and_postgres():
    import sys

    own = {"launcher", "crm"}
    foreign = {
        f"{path.name} imports {name}"
        for path in modules("launcher")
        for name in _imports(path)
        if name not in sys.stdlib_module_names and name not in own
    }
    assert foreign == set()
