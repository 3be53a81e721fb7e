"""One door to data: everybody sees only what a queryset grants; whoever is not named sees nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class AccessQuerySet(models.QuerySet[M]):
    """A queryset that knows who may see and who may change its rows. Subclasses override; the last line is none()."""

    def visible_to(self, user: User) -> Self:
        return self.none()

    def editable_by(self, user: User) -> Self:
        return self.none()

    def visible_branches(self, user: User) -> list[Self]:
        """Disjoint querysets whose union is visible_to(user): lists join them by UNION ALL, so that each
        branch can walk its own index (an OR with ORDER BY … LIMIT may walk a whole one)."""
        return [self.visible_to(user)]


def visible(model: type[M], user: User) -> AccessQuerySet[M]:
    """The rows of `model` that `user` may see; TypeError for a model without an access queryset."""
    return _rows(model).visible_to(user)


def editable(model: type[M], user: User) -> AccessQuerySet[M]:
    """The rows of `model` that `user` may change; TypeError likewise."""
    return _rows(model).editable_by(user)


def visible_branches(model: type[M], user: User) -> list[AccessQuerySet[M]]:
    """visible() as disjoint querysets, for lists to join; TypeError likewise."""
    return _rows(model).visible_branches(user)


def get_visible(queryset: AccessQuerySet[M] | type[M], user: User, pk: int) -> M:
    """The row, or 404 to a stranger: whether it exists is nobody's business."""
    rows = _rows(queryset).visible_to(user)
    if not 0 < pk < 2**63 or (row := rows.filter(pk=pk).first()) is None:
        raise Http404
    return row


def allows(rows: AccessQuerySet[M], row: M) -> bool:
    """Whether `row` is one of `rows`; without a query where they are all rows, or none."""
    if rows.query.is_empty():
        return False
    return not rows.query.where or rows.filter(pk=row.pk).exists()


def get_writable(queryset: AccessQuerySet[M] | type[M], user: User, pk: int) -> M:
    """The row if the user may change it; 404 to a stranger, 403 to an insider without the right."""
    row = get_visible(queryset, user, pk)
    if not allows(_rows(queryset).editable_by(user), row):
        raise PermissionDenied
    return row


def _rows(queryset: AccessQuerySet[M] | type[M]) -> AccessQuerySet[M]:
    if isinstance(queryset, AccessQuerySet):
        return queryset
    rows = queryset._default_manager.all()
    if not isinstance(rows, AccessQuerySet):
        raise TypeError(f"{queryset.__name__} has no access queryset")
    return rows


class Masked(models.Model):
    """A model some of whose fields are hidden from some roles, on every path: page, list, export, history, search."""

    #: field name -> the roles that may see it
    MASKED: ClassVar[dict[str, frozenset[str]]] = {}

    class Meta:
        abstract = True

    @classmethod
    def hidden_from(cls, user: User) -> frozenset[str]:
        return frozenset(name for name, roles in cls.MASKED.items() if user.effective_role not in roles)


def hidden_fields(model: type[models.Model], user: User) -> frozenset[str]:
    """Names of the fields of `model` that `user` must not see."""
    return model.hidden_from(user) if issubclass(model, Masked) else frozenset()


def require(allowed: bool) -> None:
    """403 unless allowed: for pages that a whole role is refused."""
    if not allowed:
        raise PermissionDenied
