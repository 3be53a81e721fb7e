from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from deals.urls_setup import setup_urls
from deals.views import board, bulk, cells, closing, deals, editing, forecast, moving, record, targets

deal_urls: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("column/<int:pk>/", board.column, name="column"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("forecast.csv", forecast.forecast_csv, name="forecast_csv"),
    path("forecast/past/", forecast.forecast_past, name="forecast_past"),
    path("forecast/past.csv", forecast.forecast_past_csv, name="forecast_past_csv"),
    path("list/", deals.index, name="list"),
    path("list/export/", deals.export, name="export"),
    path("deleted/", deals.deleted, name="deleted"),
    path("suggest/", deals.suggest, name="suggest"),
    path("list/bulk/", bulk.bulk, name="bulk"),
    path("list/bulk/<uuid:key>/", bulk.job, name="bulk_job"),
    path("list/bulk/<uuid:key>/undo/", bulk.undo, name="bulk_undo"),
    path("new/", editing.create, name="create"),
    path("sums/", editing.sums, name="sums"),
    path("targets/", targets.targets, name="targets"),
    path("setup/", include(setup_urls)),
    path("<int:pk>/", record.detail, name="detail"),
    path("<int:pk>/head/", record.head, name="head"),
    path("<int:pk>/facts/", record.facts, name="facts"),
    path("<int:pk>/lines/", record.lines, name="lines"),
    path("<int:pk>/stages/", record.stages, name="stages"),
    path("<int:pk>/timeline/", record.timeline, name="timeline"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("cell/<str:name>/<int:pk>/", cells.cell, name="cell"),
    path("<int:pk>/delete/", editing.delete, name="delete"),
    path("<int:pk>/restore/", editing.restore, name="restore"),
    path("<int:pk>/history/", editing.history, name="history"),
    path("<int:pk>/history/restore/", editing.restore_value, name="restore_value"),
    path("<int:pk>/move/", moving.move, name="move"),
    path("<int:pk>/win/", closing.win, name="win"),
    path("<int:pk>/lose/", closing.lose, name="lose"),
    path("<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("<int:pk>/pipeline/", closing.change_pipeline, name="change_pipeline"),
]

urlpatterns = [path("deals/", include((deal_urls, "deals")))]
