"""What activities add to the page of a customer, a lead or a deal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.http import QueryDict

if TYPE_CHECKING:
    from accounts.models import User


class Centre:
    """Planned activities, composer and timeline of one record. The caller has checked that `user` may see it.

    `url` is the address at which the record's app answers with the timeline alone.
    """

    def __init__(self, subject: models.Model, user: User, query: QueryDict, *, url: str) -> None:
        self.subject, self.user, self.query, self.url = subject, user, query, url


def files_panel(subject: models.Model, user: User) -> dict[str, Any]:
    """The files of a record, for templates/activities/_files.html."""
    return {"subject": subject, "user": user}


def line_of(activity: models.Model, user: User) -> dict[str, Any]:
    """One planned activity, for templates/activities/_line.html."""
    return {"activity": activity, "user": user}
