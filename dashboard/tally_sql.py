"""The SQL that keeps the tallies: which cells a row counts in, and what each statement adds to them.

Only the columns of the row itself and, for work, whose record it is about decide on a cell. An old row is taken out of
its cells, a new one put in; rows of a tally are only added (docs/decisions/0014-tallied-sales.md).
"""

# ruff: noqa: S608  every name in this SQL is our own

from __future__ import annotations

import pgtrigger

LEADS, PARTS, DEALS = "dashboard_leadtally", "dashboard_parttally", "dashboard_dealtally"
WORK, ZONE = "dashboard_worktally", "dashboard_tallyzone"
LEAD_CELL, LEAD_FIGURES = ("owner",), ("came", "in_time", "late", "unanswered", "converted", "lost")
PART_CELL, PART_FIGURES = ("owner", "status", "source"), ("n",)
DEAL_CELL, DEAL_FIGURES = ("owner",), ("won", "won_value", "lost", "lost_value")
WORK_CELL, WORK_FIGURES = ("person", "kind", "about", "owner", "creator"), ("n",)
CELLS = {
    LEADS: (LEAD_CELL, LEAD_FIGURES),
    PARTS: (PART_CELL, PART_FIGURES),
    DEALS: (DEAL_CELL, DEAL_FIGURES),
    WORK: (WORK_CELL, WORK_FIGURES),
}
#: what decides on the cells of a lead, a deal and an activity
OF_LEADS = ("owner_id", "status", "source_id", "created_at", "closed_at", "responded_at", "response_due_at")
OF_DEALS = ("owner_id", "status", "closed_on", "base_amount")
OF_WORK = (
    *("kind", "done_at", "done_by_id", "due_on", "due_at"),
    *("deal_id", "lead_id", "customer_id", "owner_id", "created_by_id"),
)
#: kinds of work that is not done yet: due on a day, or at an hour; and the day of what is due on none
PLANNED, TIMED, UNDATED = "planned", "timed", "2200-01-01"

_DAY = f"AT TIME ZONE coalesce((SELECT name FROM {ZONE}), 'UTC'))::date"


def changes(columns: tuple[str, ...], what: str) -> str:
    """The rows that a statement took out of the living (sign -1) and put among them (1)."""
    names = ", ".join((*columns, "deleted_at"))
    match what:
        case "insert":
            return f"SELECT {names}, 1 AS sign FROM new_rows"
        case "delete":
            return f"SELECT {names}, -1 AS sign FROM old_rows"
    return differences(names)


def differences(names: str) -> str:
    """What an update changed. Not by a join of the rows before and after: a plan that was made for one row would
    compare each of a hundred thousand with all others."""
    old, new = f"SELECT {names} FROM old_rows", f"SELECT {names} FROM new_rows"
    return f"""
        SELECT *, -1 AS sign FROM ({old} EXCEPT ALL {new}) AS gone
        UNION ALL SELECT *, 1 AS sign FROM ({new} EXCEPT ALL {old}) AS come
    """


def add(table: str, cells: str) -> str:
    """Add up what falls into the same cell, by day and by month."""
    keys, figures = CELLS[table]
    sums = ", ".join(f"sum({name})" for name in figures)
    return f"""
        INSERT INTO {table} (day, is_month, {", ".join((*keys, *figures))})
        SELECT CASE WHEN is_month THEN date_trunc('month', day)::date ELSE day END, is_month, {", ".join(keys)}, {sums}
        FROM ({cells}) AS cells CROSS JOIN (VALUES (false), (true)) AS grains (is_month)
        GROUP BY {", ".join(map(str, range(1, 3 + len(keys))))}
        HAVING ({sums}) IS DISTINCT FROM ({", ".join("0" for _ in figures)});
    """


def lead_cells(rows: str) -> str:
    """A lead counts on the day it came in, with how it was answered, and on the day it was closed."""
    return f"""
        SELECT (created_at {_DAY} AS day, owner_id AS owner, sign AS came,
            CASE WHEN responded_at <= response_due_at THEN sign ELSE 0 END AS in_time,
            CASE WHEN responded_at > response_due_at THEN sign ELSE 0 END AS late,
            CASE WHEN responded_at IS NULL AND response_due_at IS NOT NULL THEN sign ELSE 0 END AS unanswered,
            0 AS converted, 0 AS lost
        FROM ({rows}) AS came WHERE deleted_at IS NULL
        UNION ALL
        SELECT (closed_at {_DAY}, owner_id, 0, 0, 0, 0,
            CASE WHEN status = 'converted' THEN sign ELSE 0 END, CASE WHEN status = 'lost' THEN sign ELSE 0 END
        FROM ({rows}) AS closed WHERE deleted_at IS NULL AND closed_at IS NOT NULL
    """


def part_cells(rows: str) -> str:
    return f"""
        SELECT (created_at {_DAY} AS day, owner_id AS owner, status, source_id AS source, sign AS n
        FROM ({rows}) AS came WHERE deleted_at IS NULL
    """


def deal_cells(rows: str) -> str:
    """A deal counts on the day it was won or lost."""
    figures = ", ".join(
        f"CASE WHEN status = '{status}' THEN sign ELSE 0 END AS {status},"
        f"CASE WHEN status = '{status}' THEN sign * coalesce(base_amount, 0) ELSE 0 END AS {status}_value"
        for status in ("won", "lost")
    )
    return f"""
        SELECT closed_on AS day, owner_id AS owner, {figures}
        FROM ({rows}) AS closed WHERE deleted_at IS NULL AND closed_on IS NOT NULL AND status <> 'open'
    """


#: Work that is done counts on its day; what is planned with its owner: by the day it is due (long ahead when there is
#: none), or, with an hour, by the UTC day of that.
IS_TALLIED = """work.deleted_at IS NULL AND (
    work.done_at IS NOT NULL AND work.kind IN ('call', 'meeting', 'email', 'task')
    OR work.done_at IS NULL AND work.owner_id IS NOT NULL)"""
WHAT = f"""
    CASE WHEN work.done_at IS NOT NULL THEN (work.done_at {_DAY}
        WHEN work.due_at IS NOT NULL THEN (work.due_at AT TIME ZONE 'UTC')::date
        ELSE coalesce(work.due_on, '{UNDATED}') END AS day,
    CASE WHEN work.done_at IS NOT NULL THEN work.done_by_id ELSE work.owner_id END AS person,
    CASE WHEN work.done_at IS NOT NULL THEN work.kind WHEN work.due_at IS NOT NULL THEN '{TIMED}' ELSE '{PLANNED}' END
        AS kind"""


def work_cells(rows: str) -> str:
    """Work about a deal or lead is tallied by whose it is, so that the tally says who sees it; that about a customer
    everybody sees; that about nothing its own people."""
    return f"""
        SELECT {WHAT},
            CASE WHEN coalesce(work.deal_id, work.lead_id) IS NOT NULL THEN 'record'
                WHEN work.customer_id IS NOT NULL THEN 'customer' ELSE 'nothing' END AS about,
            CASE WHEN work.deal_id IS NOT NULL THEN deal.owner_id
                WHEN work.lead_id IS NOT NULL THEN lead.owner_id
                WHEN work.customer_id IS NULL THEN work.owner_id END AS owner,
            CASE WHEN coalesce(work.deal_id, work.lead_id, work.customer_id) IS NULL THEN work.created_by_id END
                AS creator,
            work.sign AS n
        FROM ({rows}) AS work
        LEFT JOIN deals_deal AS deal ON deal.id = work.deal_id
        LEFT JOIN leads_lead AS lead ON work.deal_id IS NULL AND lead.id = work.lead_id
        WHERE {IS_TALLIED} AND deal.deleted_at IS NULL AND lead.deleted_at IS NULL
    """


def moved_work(kind: str) -> str:
    """The work about deals (or leads) that a statement gave to somebody else, deleted or restored."""
    nearest = "work.deal_id = moved.id" if kind == "deal" else "work.lead_id = moved.id AND work.deal_id IS NULL"
    return f"""
        SELECT {WHAT}, 'record' AS about, moved.owner_id AS owner, NULL::bigint AS creator, moved.sign AS n
        FROM ({differences("id, owner_id, deleted_at IS NULL AS is_alive")}) AS moved
        JOIN activities_activity AS work ON {nearest}
        WHERE moved.is_alive AND {IS_TALLIED}
    """


def planned_anew(statement: str) -> str:
    """For statements that join: the plan that suits one row and empty tables is kept for the session otherwise."""
    return f"EXECUTE $statement${statement.strip().rstrip(';')}$statement$;"


def _after(name: str, operation: pgtrigger.Operation, func: str, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows) if rows else None,  # type: ignore[no-untyped-call]  # the library's
        func=f"{func} RETURN NULL;",
    )


_OPERATIONS = {
    "insert": (pgtrigger.Insert, {"new": "new_rows"}),
    "update": (pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}),
    "delete": (pgtrigger.Delete, {"old": "old_rows"}),
}


def tally_leads() -> list[pgtrigger.Trigger]:
    triggers = []
    for what, (operation, rows) in _OPERATIONS.items():
        changed = changes(OF_LEADS, what)
        func = add(LEADS, lead_cells(changed)) + add(PARTS, part_cells(changed))
        func += planned_anew(add(WORK, moved_work("lead"))) if what == "update" else ""
        triggers.append(_after(f"tally_{what}", operation, func, **rows))
    return [*triggers, _after("tally_truncate", pgtrigger.Truncate, f"DELETE FROM {LEADS}; DELETE FROM {PARTS};")]


def tally_deals() -> list[pgtrigger.Trigger]:
    """Whose a deal is says also who sees the work about it."""
    triggers = []
    for what, (operation, rows) in _OPERATIONS.items():
        func = add(DEALS, deal_cells(changes(OF_DEALS, what)))
        func += planned_anew(add(WORK, moved_work("deal"))) if what == "update" else ""
        triggers.append(_after(f"tally_{what}", operation, func, **rows))
    return [*triggers, _after("tally_truncate", pgtrigger.Truncate, f"DELETE FROM {DEALS};")]


def tally_work() -> list[pgtrigger.Trigger]:
    """Named to fire after those of activities/figures.py: they lock the deals and leads that a statement is about, so
    that whose they are cannot change before the commit."""
    triggers = [
        _after(f"tally_{what}", operation, planned_anew(add(WORK, work_cells(changes(OF_WORK, what)))), **rows)
        for what, (operation, rows) in _OPERATIONS.items()
    ]
    return [*triggers, _after("tally_truncate", pgtrigger.Truncate, f"DELETE FROM {WORK};")]


def count_all() -> str:
    """Every cell from the rows themselves."""
    leads = f"SELECT {', '.join(OF_LEADS)}, deleted_at, 1 AS sign FROM leads_lead"
    deals = f"SELECT {', '.join(OF_DEALS)}, deleted_at, 1 AS sign FROM deals_deal"
    work = f"SELECT {', '.join(OF_WORK)}, deleted_at, 1 AS sign FROM activities_activity"
    emptied = "".join(f"DELETE FROM {table};" for table in CELLS)
    counted = add(LEADS, lead_cells(leads)) + add(PARTS, part_cells(leads)) + add(DEALS, deal_cells(deals))
    return emptied + counted + add(WORK, work_cells(work))


def fold(table: str) -> str:
    """Add up the rows of each cell into one. No sum changes, and nobody waits."""
    keys, figures = CELLS[table]
    cell = ", ".join(("day", "is_month", *keys))
    same = " AND ".join(f"t.{key} IS NOT DISTINCT FROM many.{key}" for key in ("day", "is_month", *keys))
    sums = ", ".join(f"sum({name})" for name in figures)
    return f"""
        WITH many AS (SELECT {cell} FROM {table} GROUP BY {cell} HAVING count(*) > 1),
        picked AS (
            SELECT t.id FROM {table} AS t WHERE EXISTS (SELECT FROM many WHERE {same}) FOR UPDATE OF t SKIP LOCKED
        ),
        gone AS (
            DELETE FROM {table} WHERE id IN (SELECT id FROM picked) RETURNING {cell}, {", ".join(figures)}
        )
        INSERT INTO {table} ({cell}, {", ".join(figures)}) SELECT {cell}, {sums} FROM gone GROUP BY {cell}
        HAVING ({sums}) IS DISTINCT FROM ({", ".join("0" for _ in figures)})
    """
