"""Letters: who writes which kind, and from which templates. They are written when they are sent, never before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

from crm.mails import SUBJECT_LENGTH, Mail

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from accounts.models import User

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
#: said by the outbox itself
OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "auto-submitted"}
)


@dataclass(frozen=True)
class Letter:
    """What a writer gives. The subject becomes one line; a header that is none, or two, is refused."""

    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    #: what the outbox lists instead of a subject that is for its reader alone
    listed: str = ""

    def __post_init__(self) -> None:
        for name in ("subject", "listed"):
            object.__setattr__(self, name, one_line(getattr(self, name), at_most=SUBJECT_LENGTH))
        for name, value in self.headers.items():
            own = name.lower() in OWN_HEADERS or name.lower().startswith("content-")
            if own or not _HEADER.fullmatch(name) or _CONTROL.search(value):
                raise ValueError(f"not a header of a letter: {name!r}: {value!r}")


Writer = Callable[[Mail], Letter | None]
Sample = Callable[["User"], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of letter: its name, what it is called on screen, its writer, and harmless facts for the preview."""

    name: str
    label: Lazy
    write: Writer
    sample: Sample


_kinds: dict[str, Kind] = {}


def letter(kind: str, *, label: Lazy, sample: Sample) -> Callable[[Writer], Writer]:
    """Register who writes the letters called `kind`. A writer gives None when there is nothing to say any more."""

    def register(writer: Writer) -> Writer:
        _kinds[kind] = Kind(kind, label, writer, sample)
        return writer

    return register


def kind_of(name: str) -> Kind:
    """The kind of that name; LookupError when nobody writes it."""
    return _kinds[name]


def kinds() -> list[Kind]:
    """All kinds, by their names on screen."""
    return sorted(_kinds.values(), key=lambda kind: str(kind.label))


def label_of(name: str) -> Any:
    return _kinds[name].label if name in _kinds else name


def write(mail: Mail) -> Letter | None:
    """What `mail` says now; None when there is nothing to say any more, or nobody to say it to."""
    if mail.user and not mail.user.is_active:
        return None
    return kind_of(mail.kind).write(mail)


def sample_of(kind: Kind, user: User) -> Letter | None:
    """A letter as it would reach `user`, from facts that are nobody's."""
    mail = Mail(kind=kind.name, user=user, address=user.email, arguments=kind.sample(user))
    return kind.write(mail)


def from_templates(name: str, *, subject: str, headers: dict[str, str] | None = None, **context: Any) -> Letter:
    """The letter that templates/mail/<name>.txt and .html make of `context`."""
    subject = one_line(subject, at_most=SUBJECT_LENGTH)
    around = {"organisation": settings.ORGANISATION_NAME, "subject": subject, **context}
    text, html = (render_to_string(f"mail/{name}.{ending}", around).strip() + "\n" for ending in ("txt", "html"))
    return Letter(subject, text, html, headers or {})


def one_line(text: str, *, at_most: int) -> str:
    """Without line breaks and other control characters: each would begin a header of its own."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= at_most else f"{line[: at_most - 1]}…"
