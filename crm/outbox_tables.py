"""The list of mails."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import letters, moments
from crm.access import visible
from crm.fields import DateField
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing
from crm.models import Mail, MailState

if TYPE_CHECKING:
    from accounts.models import User

TONES = {MailState.QUEUED: "accent", MailState.SENT: "good", MailState.FAILED: "bad"}


def state_cell(mail: Mail) -> Cell:
    """What is queued again after a failure shows that something is wrong."""
    put_off = mail.state == MailState.QUEUED and bool(mail.error)
    return Cell("badge", MailState(mail.state).label, extra="warn" if put_off else TONES.get(MailState(mail.state), ""))


def _sent(mail: Mail) -> dt.datetime | None:
    return mail.sent_at if mail.state == MailState.SENT else None


class OutboxFilter(ListFilter):
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("Any")), *MailState.choices]
    )
    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    person = forms.ModelChoiceField[Any](
        None, label=gettext_lazy("Person"), required=False, empty_label=gettext_lazy("Any")
    )
    queued_from = DateField(gettext_lazy("Queued from"))
    queued_to = DateField(gettext_lazy("Queued up to"))

    def tailor(self, user: User) -> None:
        self.offer("kind", lambda: [("", _("Any")), *((kind.name, kind.label) for kind in letters.kinds())])
        self.offer("person", lambda: visible(get_user_model(), user))

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        zone = moments.organisation_zone()
        for name in ("state", "kind"):
            if name in data:
                rows = rows.filter(**{name: data[name]})
        if "person" in data:
            rows = rows.filter(user_id=data["person"].pk)
        if first := data.get("queued_from"):
            rows = rows.filter(created_at__gte=moments.day_start(first, zone))
        if last := data.get("queued_to"):
            rows = rows.filter(created_at__lt=moments.day_start(last + dt.timedelta(days=1), zone))
        return rows


class Outbox(Listing[Mail]):
    name = "outbox"
    model = Mail
    title = gettext_lazy("Outbox")
    url_name = "outbox:index"
    tick = 10
    filter_class: type[ListFilter] = OutboxFilter
    read = (
        *("kind", "address", "subject", "state", "error", "attempts", "created_at", "sent_at"),
        *("user__name", "user__email"),
    )
    columns = (
        Column("to", gettext_lazy("To"), lambda mail: str(mail.user or mail.address)),
        Column("what", gettext_lazy("What"), lambda mail: str(mail.label)),
        Column("subject", gettext_lazy("Subject"), lambda mail: mail.subject),
        Column("state", gettext_lazy("State"), lambda mail: mail.state, cell=state_cell),
        Column("error", gettext_lazy("Error"), lambda mail: mail.error),
        Column("attempts", gettext_lazy("Attempts"), lambda mail: mail.attempts, kind="number"),
        Column("queued", gettext_lazy("Queued"), lambda mail: mail.created_at, kind="moment", sort="queued"),
        Column("sent", gettext_lazy("Sent"), _sent, kind="moment"),
    )
    sorts = {"queued": Sort("created_at")}
    default_sort = "-queued"

    def empty(self) -> Empty:
        text = _(
            "Invitations, new passwords and whatever else leaves by mail is listed here, with what became of it."
            " Letters are written when they are sent."
        )
        return Empty(_("No mail yet"), text, icon="mail")
