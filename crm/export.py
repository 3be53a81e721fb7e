"""Export of exactly what a list shows: small ones at once, long ones as a job. Cells cannot become formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
import zoneinfo
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import jobs
from crm.access import require
from crm.errors import BadInput
from crm.http import UserRequest
from crm.lists import COUNT_LIMIT, Listing, listing_of
from crm.models import JobProgress

#: what a spreadsheet would run, also behind blanks and control characters; full-width forms included
_FORMULA = re.compile(r"^[\s\x00-\x1f\x7f\u200b\ufeff]*[=+\-@%|＝＋－＠]|^[\t\r\n]")


def safe_cell(value: Any, zone: dt.tzinfo | None = None) -> str:
    """A value as CSV text, times in `zone`. Text that a spreadsheet would run gets an apostrophe, a number does not."""
    if value is None:
        return ""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value, zone).isoformat(timespec="seconds")
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def lines(rows: Iterable[list[Any]], zone: dt.tzinfo) -> Iterator[str]:
    """CSV lines, quoted as needed, with a byte order mark so that spreadsheets read UTF-8.

    A stream is read when its request is over, a job has none: both must be told the zone of their user.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow([safe_cell(value, zone) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def file_name(listing: Listing[Any]) -> str:
    return f"{listing.name}-{timezone.localdate().isoformat()}.csv"


def answer(request: UserRequest, listing_class: type[Listing[Any]]) -> HttpResponse | StreamingHttpResponse:
    """The file, or for more than COUNT_LIMIT rows the page of the job that makes it."""
    listing = listing_class(request.user, request.GET)
    require(listing.may_export)
    if listing.count > COUNT_LIMIT:
        title = _("Export of %(list)s") % {"list": listing.title}
        query = request.GET.urlencode()
        job = jobs.start("export", title=title, by=request.user, listing=listing.name, query=query)
        return redirect("jobs:detail", job.pk)
    rows = lines(listing.exported(), timezone.get_current_timezone())
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(listing)}"'
    return response


@jobs.work("export")
def export(job: JobProgress) -> None:
    """Write the list that the job names into its file, with the rights its user has now."""
    try:
        listing = listing_of(job.arguments["listing"])(job.user, QueryDict(job.arguments["query"]))
    except BadInput as problem:
        raise jobs.JobError(str(problem)) from problem  # what it is filtered by is no longer there
    if not listing.may_export:
        raise jobs.JobError(_("You may no longer export this list."))
    total = listing.exportable(listing.rows_in_scope).count()
    zone = zoneinfo.ZoneInfo(job.user.time_zone or settings.TIME_ZONE)
    with tempfile.TemporaryFile() as file:
        for number, line in enumerate(lines(listing.exported(), zone)):
            file.write(line.encode())
            if number % jobs.STEP == 0:
                jobs.advance(job, min(number, total), total)
        file.seek(0)
        if job.file:
            job.file.delete(save=False)  # of an attempt that was broken off
        job.file.save(f"{job.pk}.csv", File(file), save=False)
    job.file_name = file_name(listing)
    job.save(update_fields=["file", "file_name"])
    jobs.advance(job, total, total)
