"""Migrations without rendering models again for what their classes do not hold.

Django renders a model, and all that point to it, anew after each operation. For a trigger nothing of the classes
changes, for an index or a constraint one list of one class: three of five renderings, and half of a first start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

#: class, method, and the place of the state among its arguments
QUIET: tuple[tuple[Any, str, int], ...] = (
    (ProjectState, "_append_option", 0),
    (ProjectState, "_remove_option", 0),
    (AddTrigger, "state_forwards", 2),
    (RemoveTrigger, "state_forwards", 2),
)


@contextmanager
def few_renderings() -> Iterator[None]:
    """For as long as migrations are applied in this process."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _place in QUIET]
    for owner, name, place in QUIET:
        setattr(owner, name, _quietly(getattr(owner, name), place))
    try:
        yield
    finally:
        for owner, name, method in before:
            setattr(owner, name, method)


def _quietly(method: Callable[..., None], place: int) -> Callable[..., None]:
    def call(*given: Any) -> None:
        state = given[place]
        state.reload_model = _only_lists(state)
        try:
            method(*given)
        finally:
            del state.reload_model

    return call


def _only_lists(state: ProjectState) -> Callable[..., None]:
    """In place of reload_model: what later operations ask the class for."""

    def note(app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in state.__dict__:
            options = state.models[app_label, model_name.lower()].options
            meta = state.apps.get_model(app_label, model_name)._meta
            meta.indexes, meta.constraints = list(options["indexes"]), list(options["constraints"])

    return note
