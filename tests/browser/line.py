"""A line on which answers come when the test lets them."""

from __future__ import annotations

import re

from tests.browser.conftest import until


class Line:
    """Holds back what is asked for under an address, until the test lets it go."""

    def __init__(self, page, address, method="GET"):
        self.page, self.held, self.method = page, [], method
        page.route(re.compile(address), self._hold)

    def _hold(self, route):
        if route.request.method == self.method:
            self.held.append(route)
        else:
            route.fallback()

    def wait(self, count=1):
        until(self.page, lambda: len(self.held) >= count)

    def take(self, place=0):
        self.wait(place + 1)
        return self.held.pop(place)

    def let_go(self, place=0):
        """One of those that are held; its answer has been worked through when this returns."""
        route = self.take(place)
        with self.page.expect_event("requestfinished", lambda request: request == route.request):
            route.continue_()
        self.page.wait_for_timeout(80)

    def cut(self, place=0):
        self.take(place).abort()
