"""Keyset paging: positions by row comparison on (sort value, id), as quick on page 10,000 as on the first."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import BadInput
from crm.moments import is_of_this_era
from crm.text import is_storable

#: the annotation that carries the sort value
SORT = "sort_value"


class RowComparison(Func):
    """(a, b) > (x, y), or <: one index walk, where OR of two conditions would read everything before it."""

    output_field = BooleanField()
    arg_joiner = ", "

    def __init__(self, left: list[Any], operator: str, right: list[Any]) -> None:
        super().__init__(*left, *right)
        self.operator, self.size = operator, len(left)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> tuple[str, list[Any]]:
        parts, parameters = [], []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            parameters.extend(values)
        left, right = ", ".join(parts[: self.size]), ", ".join(parts[self.size :])
        return f"({left}) {self.operator} ({right})", parameters


@dataclass(frozen=True)
class Sort:
    """A column to sort by. `key` is a field name or an expression that is never NULL and has an index with the id."""

    key: Any

    @property
    def expression(self) -> Any:
        return F(self.key) if isinstance(self.key, str) else self.key


@dataclass(frozen=True)
class Position:
    """A place in a sorted list: behind (or before) this value and id; `offset` rows lie before the page."""

    value: Any
    pk: int
    offset: int

    def encode(self) -> str:
        text = json.dumps([_to_json(self.value), self.pk, self.offset], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, field: models.Field[Any, Any]) -> Position:
        """Read a position; BadInput when somebody made it up."""
        try:
            value, pk, offset = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not (isinstance(pk, int) and isinstance(offset, int) and 0 <= pk < 2**63 and 0 <= offset < 2**53):
                raise ValueError(text)
            if not isinstance(value, (str, int)) or not is_storable(str(value)):
                raise ValueError(text)
            read = field.to_python(value)
            field.run_validators(read)  # a number with more digits than the column would break the query
            return cls(read, pk, offset)
        except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError) as error:
            raise BadInput(_("This place in the list is not known. Go to the first page.")) from error


def moment_position(token: str) -> Position | None:
    """A position in what is sorted by a moment, None without a token; BadInput when somebody made it up."""
    if not token:
        return None
    position = Position.decode(token, models.DateTimeField())
    at = position.value
    if not isinstance(at, dt.datetime) or timezone.is_naive(at) or not is_of_this_era(at):
        raise BadInput(_("This place in the list is not known. Go to the first page."))
    return position


def beyond(position: Position, moment: str, *, back: bool = False) -> RowComparison:
    """The rows behind a position in the order of a moment and the id, newest first; `back`: those before it."""
    place = [Value(position.value, models.DateTimeField()), Value(position.pk, models.BigIntegerField())]
    return RowComparison([F(moment), F("pk")], ">" if back else "<", place)


def _to_json(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def page_of(
    branches: list[QuerySet[Any]], sort: Sort, *, down: bool, position: Position | None, back: bool, size: int
) -> tuple[list[int], bool]:
    """The ids of one page in order, and whether there are more beyond it (in the direction walked).

    The branches are disjoint; each walks its own index, UNION ALL joins their first size + 1 rows.
    """
    reverse = down != back
    parts = [_branch(rows, sort, reverse=reverse, position=position)[: size + 1] for rows in branches]
    order = [f"-{SORT}", "-pk"] if reverse else [SORT, "pk"]
    rows = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True).order_by(*order)[: size + 1]
    found = [pk for pk, _value in rows]
    more, found = len(found) > size, found[:size]
    return (found[::-1] if back else found), more


def _branch(rows: QuerySet[Any], sort: Sort, *, reverse: bool, position: Position | None) -> QuerySet[Any, Any]:
    rows = rows.annotate(**{SORT: sort.expression})
    if position is not None:
        left = [sort.expression, F("pk")]
        field = output_field(rows, SORT)
        right = [Value(position.value, field), Value(position.pk, models.BigIntegerField())]
        rows = rows.filter(RowComparison(left, "<" if reverse else ">", right))
    order = [f"-{SORT}", "-pk"] if reverse else [SORT, "pk"]
    return rows.order_by(*order).values_list("pk", SORT)


def output_field(rows: QuerySet[Any], name: str) -> models.Field[Any, Any]:
    """The type of an annotation; of a generated column, what it generates."""
    field = rows.query.annotations[name].output_field
    if isinstance(field, models.GeneratedField):
        return field.output_field  # type: ignore[return-value]  # a field, by GeneratedField's contract
    return field
