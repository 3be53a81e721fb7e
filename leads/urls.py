from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from leads.urls_setup import assignment_urls, setup_urls
from leads.views import board, conversion, leads, record, verbs

lead_urls: list[URLPattern | URLResolver] = [
    path("", leads.index, name="index"),
    path("board/", board.index, name="board"),
    path("board/<str:status>/", board.column, name="column"),
    path("new/", leads.create, name="create"),
    path("deleted/", leads.deleted, name="deleted"),
    path("export/", leads.export, name="export"),
    path("duplicates/", leads.duplicates, name="duplicates"),
    path("<int:pk>/", record.detail, name="detail"),
    path("<int:pk>/head/", record.head, name="head"),
    path("<int:pk>/facts/", record.facts, name="facts"),
    path("<int:pk>/timeline/", record.timeline, name="timeline"),
    path("<int:pk>/edit/", leads.edit, name="edit"),
    path("<int:pk>/delete/", leads.delete, name="delete"),
    path("<int:pk>/restore/", leads.restore, name="restore"),
    path("<int:pk>/history/", leads.history, name="history"),
    path("<int:pk>/history/restore/", leads.restore_value, name="restore_value"),
    path("<int:pk>/contact/", verbs.contact, name="contact"),
    path("<int:pk>/qualify/", verbs.qualify, name="qualify"),
    path("<int:pk>/lose/", verbs.lose, name="lose"),
    path("<int:pk>/reopen/", verbs.reopen, name="reopen"),
    path("<int:pk>/move/", board.move, name="move"),
    path("<int:pk>/convert/", conversion.convert, name="convert"),
    path("<int:pk>/convert/undo/", conversion.undo, name="convert_undo"),
    *assignment_urls,
    path("setup/", include(setup_urls)),
]

urlpatterns = [path("leads/", include((lead_urls, "leads")))]
