"""Takes the pictures of the README from a running demo: python scripts/screenshots.py [http://127.0.0.1:8000]."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main(base: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = signed_in(browser, base)
        page.goto(f"{base}/customers/?sort=-value")
        page.locator("table.list tbody a").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "customer.png")
        page.goto(f"{base}/dashboard/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "board.png")
        page.goto(f"{base}/deals/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "deals.png")
        browser.close()


def signed_in(browser: Browser, base: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("E-mail").fill("manager@demo.test")
    page.get_by_label("Password", exact=True).fill("rapport-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
