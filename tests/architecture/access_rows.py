"""How the access table is written and who knocks.

A row gives, for each kind of object, the status for each identity in the order of IDENTITIES:

    "customers:detail": Get(own="302 404 200 200 200 200 200", foreign="302 404 200 200 200 404 200", …)

own      belongs to the sales user who knocks (and may be called, so the agent sees it)
foreign  belongs to a sales user of another team, and may not be called
deleted  own, and softly deleted
missing  there is none
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IDENTITIES = ("anonymous", "none", "admin", "manager", "sales", "agent", "analyst")
KINDS = ("own", "foreign", "deleted", "missing")


@dataclass(frozen=True)
class Row:
    """One URL with one method. `about` names the fixture whose pk is in the URL; `data` is sent."""

    method: str
    own: str
    foreign: str = ""
    deleted: str = ""
    missing: str = ""
    about: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    #: further parts of the URL
    words: list[str] = field(default_factory=list)

    def expected(self, kind: str) -> dict[str, int]:
        return dict(zip(IDENTITIES, map(int, getattr(self, kind).split()), strict=True))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind in KINDS if getattr(self, kind)]


def get(own: str, foreign: str = "", deleted: str = "", missing: str = "", **more: Any) -> Row:
    return Row("get", own, foreign, deleted, missing, **more)


def post(own: str, foreign: str = "", deleted: str = "", missing: str = "", **more: Any) -> Row:
    return Row("post", own, foreign, deleted, missing, **more)
