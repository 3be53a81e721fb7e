"""The URLs of handing out leads and of setting their sources, campaigns and score rules up; inside `leads`."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern

from leads.views import assignment

#: under /leads/setup/
setup_urls: list[URLPattern] = []
#: under /leads/
assignment_urls = [
    path("assign/", assignment.assign, name="assign"),
    path("share-out/", assignment.share_out, name="share_out"),
    path("handouts/<int:pk>/", assignment.handout, name="handout"),
    path("handouts/<int:pk>/undo/", assignment.handout_undo, name="handout_undo"),
    path("unattended/", assignment.unattended, name="unattended"),
]
