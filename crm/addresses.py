"""Addresses of records for pages that show many: reversing a URL is slow, and differs only by the number in it."""

from __future__ import annotations

from functools import cache

from django.urls import reverse


def address(name: str, pk: int) -> str:
    """The URL `name` of the record `pk`: reverse(name, args=[pk]), found once for each name."""
    return _pattern(name) % pk


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[0]).replace("%", "%%").replace("/0/", "/%s/", 1)
