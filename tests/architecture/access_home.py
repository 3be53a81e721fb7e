"""Who starts where. Analysts plan nothing; agents have a day, and start with their customers."""

from __future__ import annotations

from tests.architecture.access_rows import get

#          anonymous none admin manager sales agent analyst
HOME = {
    "home": get("302 302 302 302 200 302 200"),
    "today": get("302 403 200 200 200 200 403"),
    "reports:index": get("302 403 200 200 200 403 200"),
}
