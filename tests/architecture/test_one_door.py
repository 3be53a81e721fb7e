"""Views and forms reach rows only through what the user may see; nothing opens a side door."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import APPS, ROOT, modules, tree

GATES = {"visible_to", "editable_by", "assignable_by", "revenue_of", "visible_branches"}
DOORS = [
    path
    for path in modules(*APPS)
    if path.stem.endswith(("views", "forms", "pages", "tables")) or path.parent.name == "views"
]


def _bare(path):
    """Uses of Model.objects (or .everything) that are not followed by a gate."""
    parents = {child: node for node in ast.walk(tree(path)) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "everything", "_default_manager"}:
            outer = parents.get(node)
            if not (isinstance(outer, ast.Attribute) and outer.attr in GATES):
                yield node.lineno


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_bare_manager(path):
    assert list(_bare(path)) == []


def test_there_are_doors():
    assert len(DOORS) > 5


FORBIDDEN = {
    r"\bmark_safe\(": "HTML is written by templates",
    r"\.extra\(": "raw SQL in querysets",
    r"\bRawSQL\(": "raw SQL in querysets",
    r"\bpickle\b": "data that runs",
    r"\beval\(": "data that runs",
    r"\.order_by\(request": "sorting by what a request names",
    r"@receiver\b": "signals hide consequences",
    r"threading\.local\(": "state that outlives a request",
    r"\bon_commit\(": "lost in a crash: defer a job in the transaction",
    r"\bTODO\b|\bFIXME\b": "no loose ends without an issue",
}


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=lambda pattern: FORBIDDEN[pattern])
def test_nothing_forbidden_is_used(pattern):
    hits = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert hits == []


def _saves(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save":
            named = {keyword.arg for keyword in node.keywords}
            if not named & {"update_fields", "force_insert", "commit", "save"}:
                yield node.lineno


@pytest.mark.parametrize("path", modules(*APPS), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_save_without_update_fields(path):
    """A full save of a stale object would overwrite what others wrote."""
    assert list(_saves(path)) == []
