"""To whom a record may belong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OWNER_ROLES, Role, User, UserQuerySet
from crm.lists import ListFilter

MINE, NOBODY = "me", "none"


def choices_for(user: User, current: int | None) -> UserQuerySet:
    """Whom `user` may make the owner; whoever is it now can stay."""
    allowed = User.objects.assignable_by(user)
    return allowed | User.objects.get_queryset().filter(pk=current) if current else allowed


def filter_choices(asked: int | None = None, *, alone: bool = False) -> list[tuple[str, str]]:
    """For lists: me, nobody, and everybody who can own a record, those who left included. Whoever is `asked` for in
    an address is known even without such a role: reports lead to what they owned. `alone` leaves the others out."""
    known = Q(pk=asked) if alone else Q(role__in=OWNER_ROLES) | Q(pk=asked)
    people = User.objects.get_queryset().filter(known).order_by("name", "pk") if asked or not alone else None
    named = people.values_list("pk", "name", "email") if people is not None else ()
    return [("", _("Anybody")), (MINE, _("Me")), (NOBODY, _("Nobody")), *((str(pk), n or m) for pk, n, m in named)]


def offer_owners(form: ListFilter) -> None:
    """The choices of a filter by owner; one owner alone while nobody chooses."""
    form.offer("owner", lambda: filter_choices(form.given("owner"), alone=form.only is not None))


class ColleaguesField(forms.ModelMultipleChoiceField[Any]):
    """With whom a record is shared: sales executives, since everybody else sees by role and team. A list of users."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Shared with"))
        super().__init__(User.objects.get_queryset().none(), required=False, **kwargs)

    def offer(self, current: list[int]) -> None:
        """Those at work, and those it is shared with already."""
        working = Q(is_active=True, role=Role.SALES, team__isnull=False)
        self.queryset = User.objects.get_queryset().filter(working | Q(pk__in=current)).order_by("name", "pk")

    def clean(self, value: Any) -> Any:
        return sorted(super().clean(value), key=lambda user: user.pk)


def shared_with(row: Any) -> list[int]:
    """The ids of those with whom a record is shared, in the order in which ColleaguesField cleans."""
    return list(row.shared_with.order_by("pk").values_list("pk", flat=True)) if row.pk else []


def names_of(ids: list[int]) -> str:
    """The names behind the ids, for the screen."""
    people = User.objects.get_queryset().filter(pk__in=ids).order_by("name", "pk")
    return ", ".join(map(str, people))
