"""The URLs of handing out leads and of setting their sources, campaigns and score rules up; inside `leads`."""

from __future__ import annotations

from django.urls.resolvers import URLPattern

#: under /leads/setup/
setup_urls: list[URLPattern] = []
#: under /leads/: assign/, share-out/, unattended/, handouts/
assignment_urls: list[URLPattern] = []
