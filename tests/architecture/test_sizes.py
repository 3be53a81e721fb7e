"""Sizes are a budget: a function that grew is split by verb."""

from __future__ import annotations

import statistics

import pytest

from tests.architecture.source import ROOT, functions, length, modules

ALL = modules()


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_over_50_lines_and_no_module_over_400(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert [f"{node.name}: {length(node)}" for node in functions(path) if length(node) > 50] == []


def test_the_median_function_has_at_most_8_lines():
    assert statistics.median(length(node) for path in ALL for node in functions(path)) <= 8


def test_views_are_at_most_30_lines():
    views = [path for path in ALL if path.stem == "views" or path.parent.name == "views"]
    assert views
    assert [f"{path.name}:{node.name}" for path in views for node in functions(path) if length(node) > 30] == []


def test_no_module_has_a_name_that_says_nothing():
    empty_words = {"services", "utils", "helpers", "managers", "common", "misc"}
    assert [path for path in ALL if path.stem in empty_words or path.parent.name in empty_words] == []


def test_every_file_begins_with_the_future_of_annotations():
    texts = {path: path.read_text(encoding="utf-8") for path in ALL}
    late = [path for path, text in texts.items() if text and "from __future__ import annotations" not in text]
    assert late == []
