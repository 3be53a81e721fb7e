"""How long pages take, as multiples of the floor: the least page that this stack can serve, measured beside them."""

from __future__ import annotations
