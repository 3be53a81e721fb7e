"""Figures of pipelines. Each function takes deals (any queryset of them) and reads them by one statement.

    closed_cells(rows)         what was closed, for win_rates() and lost_reasons() to fold: read once for all
    win_rates("owner", rows)   a Rate (key, label, won, lost, won_value, lost_value; .rate, .value_rate, .average_won,
                               .interval) for each owner, team ("manager"), "source" or "product"
    total_rate(rows)           the Rate of all of them
    won_by_month(rows)         {first day of the month of closing: Rate}
    days_to_win(rows)          {"won" | "lost" | "closed": Spell(count, mean, median)}
    totals(rows, closed)       what is open now and what was closed as the condition `closed` says; .velocity
    funnel(rows, stages)       a Step for each stage: entered, further, lost, open; .rate
    stage_times(rows, stages, left)  {id of an open stage: Spell}
    cohorts(rows)              a Cohort for each month of opening: won, lost, open; .rate, .is_immature
    lost_reasons(rows)         a Reason(key, label, count, value) each

Amounts are in the base currency; days and rates are Decimals, None where there is nothing to divide by.
"""

from __future__ import annotations

from dashboard.pipeline_days import Spell, Totals, Velocity, days_to_win, totals, velocity
from dashboard.pipeline_rates import Rate, closed_cells, total_rate, wilson, win_rates, won_by_month
from dashboard.pipeline_stages import Cohort, Reason, Step, cohorts, funnel, lost_reasons, stage_times

__all__ = [
    "Cohort",
    "Rate",
    "Reason",
    "Spell",
    "Step",
    "Totals",
    "Velocity",
    "closed_cells",
    "cohorts",
    "days_to_win",
    "funnel",
    "lost_reasons",
    "stage_times",
    "total_rate",
    "totals",
    "velocity",
    "wilson",
    "win_rates",
    "won_by_month",
]
