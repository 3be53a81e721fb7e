"""Static files under their plain names."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.staticfiles.storage import StaticFilesStorage


class PlainStatic(StaticFilesStorage):
    """Each address is worked out once: a page has twenty, and the suite asks for many thousand pages."""

    known: ClassVar[dict[str, str]] = {}

    def url(self, name):
        if name not in self.known:
            self.known[name] = super().url(name)
        return self.known[name]
