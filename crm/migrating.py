"""Migrations without rendering models again that a step does not need.

Django renders a model, and all that are related to it, anew after each step: here that is nearly every model, for
nearly all belong to a user, and was two thirds of a first start. A new model or field needs its own class alone, a
trigger none, an index or a constraint one list of one class. What needs all of them (a renaming, a removal, Python
that reads rows) begins from classes that are rendered anew, as Django itself does before Python that reads rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db.migrations.state import ProjectState
from django.db.models import Field
from pgtrigger.migrations import AddTrigger, RemoveTrigger

Reload = Callable[..., None]


@contextmanager
def few_renderings() -> Iterator[None]:
    """For as long as migrations are applied in this process."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _place, _choose in PLAIN]
    whole = ProjectState.reload_model
    for owner, name, place, choose in PLAIN:
        setattr(owner, name, _with(choose, getattr(owner, name), place))
    setattr(ProjectState, "reload_model", _from_new_classes(whole))  # noqa: B010  # mypy sees no method to replace
    try:
        yield
    finally:
        setattr(ProjectState, "reload_model", whole)  # noqa: B010
        for owner, name, method in before:
            setattr(owner, name, method)


def _with(choose: Callable[..., Reload], method: Reload, place: int) -> Reload:
    def call(*given: Any) -> None:
        state = given[place]
        state.reload_model = choose(state, *given[place + 1 :])
        try:
            method(*given)
        finally:
            del state.reload_model

    return call


def _only_lists(state: ProjectState, *_given: Any) -> Reload:
    """In place of reload_model: what later operations ask the class for."""

    def note(app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in state.__dict__:
            options = state.models[app_label, model_name.lower()].options
            meta = state.apps.get_model(app_label, model_name)._meta
            meta.indexes, meta.constraints = list(options["indexes"]), list(options["constraints"])

    return note


def _only_itself(state: Any, *_given: Any) -> Reload:
    """In place of reload_model: other classes go on pointing to the one before, which has the same table and key."""

    def render(app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in state.__dict__:
            state.is_delayed = True
            state._reload({(app_label, model_name.lower())})

    return render


def _itself_unless_a_key(
    state: ProjectState, app_label: str, model_name: str, name: str, field: Field[Any, Any], *_: Any
) -> Reload:
    """In place of reload_model: what points to a key takes its type from it."""
    before = state.models[app_label, model_name.lower()].fields[name]
    if any(one.primary_key or one.unique for one in (before, field)):
        return partial(ProjectState.reload_model, state)
    return _only_itself(state)


def _from_new_classes(whole: Reload) -> Reload:
    """reload_model where relations matter: what was put off is made up for before it looks for what is related."""

    def render(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if state.is_delayed:
            state.clear_delayed_apps_cache()
        else:
            whole(state, app_label, model_name, delay)

    return render


#: class, method, the place of the state among its arguments, and what is chosen from them instead of rendering all
PLAIN: tuple[tuple[Any, str, int, Callable[..., Reload]], ...] = (
    (ProjectState, "add_model", 0, _only_itself),
    (ProjectState, "add_field", 0, _only_itself),
    (ProjectState, "alter_field", 0, _itself_unless_a_key),
    (ProjectState, "_append_option", 0, _only_lists),
    (ProjectState, "_remove_option", 0, _only_lists),
    (AddTrigger, "state_forwards", 2, _only_lists),
    (RemoveTrigger, "state_forwards", 2, _only_lists),
)
