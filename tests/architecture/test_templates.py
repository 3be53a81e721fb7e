"""What would break the content security policy, the look or the budget is found before a browser finds it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from scripts import vendor
from tests.architecture.source import APPS, ROOT, modules

TEMPLATES = sorted(path for folder in ("templates", *APPS) for path in (ROOT / folder).rglob("*.html"))
#: what leaves by mail
LETTERS = [path for path in TEMPLATES if path.is_relative_to(ROOT / "templates" / "mail")]
PAGES = [path for path in TEMPLATES if path not in LETTERS]
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
STATIC = [path for path in (ROOT / "static").rglob("*") if path.is_file()]

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b"),
    "computed hx-vals": re.compile(r"hx-(vals|headers)\s*=\s*['\"]\s*(js|javascript):"),
    "a trigger filter": re.compile(r"hx-trigger\s*=\s*\"[^\"]*\["),
    "morph with options": re.compile(r"hx-swap\s*=\s*\"morph:\{"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a javascript address": re.compile(r"(href|action|src)\s*=\s*['\"]\s*javascript:", re.I),
    "hx-boost": re.compile(r"\bhx-boost\b"),
    "an address of somebody else": re.compile(r"(src|href|action)\s*=\s*\"(https?:)?//", re.I),
    "a word that says nothing to a reader of code": re.compile(r"\b(lorem ipsum|TODO|FIXME)\b"),
}
#: mail programs know no style but what a letter brings along; everything else is forbidden there too, and more
OWN_STYLE = {"an inline style", "a style element"}
FORBIDDEN_IN_LETTERS = {
    "a script": re.compile(r"<script\b", re.I),
    "something to be fetched": re.compile(
        r"<(link|img|iframe|video|audio|object|embed)\b|\bsrc\s*=|url\(|@import", re.I
    ),
    "a form": re.compile(r"<(form|input|button)\b|\bhx-", re.I),
}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_has_nothing_that_the_policy_blocks(path):
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", LETTERS, ids=name)
def test_a_letter_has_its_own_style_and_nothing_else_of_its_own(path):
    text = path.read_text(encoding="utf-8")
    forbidden = FORBIDDEN_IN_LETTERS | {what: FORBIDDEN[what] for what in FORBIDDEN.keys() - OWN_STYLE}
    assert [what for what, pattern in forbidden.items() if pattern.search(text)] == []


def test_no_page_is_made_of_a_letter():
    assert LETTERS
    parts = re.compile(r"{% (extends|include) \"mail/")
    assert [name(path) for path in PAGES if parts.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_at_most_120_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_is_one_small_module_without_eval(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write", text)
    assert text.startswith("//"), "the first line says what the module does"


def test_every_script_is_loaded_by_something():
    loaded = "".join(path.read_text(encoding="utf-8") for path in [*SCRIPTS, *TEMPLATES])
    assert [path.name for path in SCRIPTS if f"/{path.name}" not in loaded] == []


@pytest.mark.parametrize(
    ("templates", "sheets"), [(PAGES, SHEETS), (LETTERS, [ROOT / "templates/mail/base.html"])], ids=["pages", "letters"]
)
def test_every_class_of_the_templates_is_styled(templates, sheets):
    sheet = "".join(path.read_text(encoding="utf-8") for path in sheets)
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet, flags=re.DOTALL)))
    used = {
        (word, name(path))
        for path in templates
        for value in re.findall(r"\sclass=\"([^\"]*)\"", protected(path))
        for word in value.split()
    }
    assert sorted(item for item in used if item[0] not in styled) == []


def protected(path):
    """The template without its tags, whose quotes are not those of an attribute, and without half words."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*|\{%.*?%\}|\{#.*?#\}", " ", text, flags=re.DOTALL)


def test_the_sprite_has_every_icon():
    sprite = (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    asked = {icon for path in TEMPLATES for icon in re.findall(r"\{% icon \"([\w-]+)\"", path.read_text("utf-8"))}
    assert asked - drawn == set()
    assert drawn


def test_the_navigation_and_the_lists_name_icons_that_exist():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8")))
    asked = {icon for path in modules(*APPS) for icon in re.findall(r"\bicon=\"([\w-]+)\"", path.read_text("utf-8"))}
    assert asked - drawn == set()


def test_vendored_files_are_the_pinned_ones():
    assert vendor.wrong_files() == []


def test_every_vendored_file_is_in_the_lock_with_its_licence_beside_it():
    listed = {file["target"] for package in vendor.packages() for file in package["files"]}
    folders = ("static/vendor", "tests/browser/vendor")
    there = {name(path) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert there - listed == set()
    for package in vendor.packages():
        assert package["licence"]
        assert {file["target"].rsplit("/", 1)[-1] for file in package["files"]} & {"LICENSE"}


def test_no_static_file_points_to_a_source_map():
    texts = [path for path in STATIC if path.suffix in {".js", ".css"}]
    assert [name(path) for path in texts if b"sourceMappingURL" in path.read_bytes()] == []


def test_the_check_of_vendored_files_runs_by_itself():
    done = subprocess.run([sys.executable, "scripts/vendor.py", "check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_vendored_file_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "BASE", tmp_path)
    assert len(vendor.wrong_files()) == sum(len(package["files"]) for package in vendor.packages())


def test_every_sheet_is_in_layers_and_a_page_loads_it():
    linked = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    for path in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
        assert text.startswith("@layer"), path.name
        assert f"css/{path.name}" in linked, path.name
