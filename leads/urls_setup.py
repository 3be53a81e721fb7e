"""The URLs of handing out leads and of setting their sources, campaigns and score rules up; inside `leads`."""

from __future__ import annotations

from django.urls import path

from leads.views import assignment, setup

#: under /leads/setup/
setup_urls = [
    path("", setup.index, name="setup"),
    path("sources/new/", setup.create, {"kind": "sources"}, name="create_source"),
    path("sources/<int:pk>/", setup.edit, {"kind": "sources"}, name="source"),
    path("sources/<int:pk>/retire/", setup.retire, {"kind": "sources"}, name="retire_source"),
    path("sources/<int:pk>/resume/", setup.resume, {"kind": "sources"}, name="resume_source"),
    path("campaigns/new/", setup.create, {"kind": "campaigns"}, name="create_campaign"),
    path("campaigns/<int:pk>/", setup.edit, {"kind": "campaigns"}, name="campaign"),
    path("campaigns/<int:pk>/retire/", setup.retire, {"kind": "campaigns"}, name="retire_campaign"),
    path("campaigns/<int:pk>/resume/", setup.resume, {"kind": "campaigns"}, name="resume_campaign"),
    path("rules/<int:pk>/", setup.edit, {"kind": "rules"}, name="rule"),
]
#: under /leads/
assignment_urls = [
    path("assign/", assignment.assign, name="assign"),
    path("share-out/", assignment.share_out, name="share_out"),
    path("handouts/<int:pk>/", assignment.handout, name="handout"),
    path("handouts/<int:pk>/undo/", assignment.handout_undo, name="handout_undo"),
    path("unattended/", assignment.unattended, name="unattended"),
]
