"""What deals and leads keep of their activities, written by the database whatever changes them."""

from __future__ import annotations

import pgtrigger

#: A call, meeting or mail that came through. Attempts that failed are none.
IS_CONTACT = "kind IN ('call', 'meeting', 'email') AND outcome NOT IN ('no_answer', 'no_show', 'bounced')"
IS_ATTEMPT = "kind IN ('call', 'meeting', 'email')"


def _refresh(table: str, column: str, rows: str, more: str = "", differs: str = "false") -> str:
    # Rows are locked in the order of their ids: two statements that touch the same ones cannot wait for each other.
    # The activities are joined once and grouped: asked for each row apart, a plan that was made while the table was
    # empty would read it whole for each of a hundred thousand rows.
    return f"""
        WITH touched AS (
            SELECT id FROM {table} WHERE id IN ({rows}) ORDER BY id FOR UPDATE
        ), found AS (
            SELECT touched.id,
                min(due_on) FILTER (WHERE done_at IS NULL) AS next_due_on,
                count(activity.id) FILTER (WHERE done_at IS NULL) AS open,
                max(done_at) FILTER (WHERE {IS_CONTACT}) AS last_contact_at,
                min(done_at) FILTER (WHERE {IS_ATTEMPT}) AS first_attempt_at
            FROM touched LEFT JOIN activities_activity AS activity
                ON activity.{column} = touched.id AND activity.deleted_at IS NULL
            GROUP BY touched.id
        )
        UPDATE {table} AS kept SET next_due_on = found.next_due_on, open_activities = found.open,
            last_contact_at = found.last_contact_at{more}
        FROM found
        WHERE kept.id = found.id AND ((kept.next_due_on, kept.open_activities, kept.last_contact_at)
            IS DISTINCT FROM (found.next_due_on, found.open, found.last_contact_at) OR {differs});
    """  # noqa: S608  names of our own


def _both(*tables: str) -> str:
    """Statements for the rows of these transition tables."""

    def of(column: str) -> str:
        return " UNION ".join(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL" for table in tables)  # noqa: S608

    answered = ", responded_at = coalesce(kept.responded_at, found.first_attempt_at)"
    differs = "kept.responded_at IS NULL AND found.first_attempt_at IS NOT NULL"
    deals = _refresh("deals_deal", "deal_id", of("deal_id"))
    return deals + _refresh("leads_lead", "lead_id", of("lead_id"), answered, differs)


def _after(name: str, operation: pgtrigger.Operation, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),  # type: ignore[no-untyped-call]  # the library's
        func=f"{_both(*rows.values())} RETURN NULL;",
    )


def keep_figures() -> list[pgtrigger.Trigger]:
    """Next due day, open activities, last contact of deals and leads; the first response to leads."""
    return [
        _after("figures_insert", pgtrigger.Insert, new="new_rows"),
        _after("figures_update", pgtrigger.Update, old="old_rows", new="new_rows"),
        _after("figures_delete", pgtrigger.Delete, old="old_rows"),
    ]
