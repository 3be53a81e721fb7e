"""The database of the tests is never the real one, and is made anew when what decides about it changed."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crm.models import Event
from customers.models import Customer
from deals.models import Deal, Stage
from tests import databases, factories
from tests.architecture.source import APPS, ROOT, tree


def test_the_copy_has_every_migration(db):
    executor = MigrationExecutor(connection)
    assert connection.settings_dict["NAME"].startswith("test_")
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_a_module_without_a_mark_reaches_no_database():
    alone = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "tests/architecture/unmarked.py"]
    done = subprocess.run(alone, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f'database "{databases.NONE_YET}" does not exist' in done.stdout
    assert "1 failed" in done.stdout


def imported(path):
    """The product's files that a module imports."""
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in getattr(node, "names", [])]
        if isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{name}" for name in names)]
        elif not isinstance(node, ast.Import):
            continue
        for name in names:
            if name.split(".")[0] in APPS:
                place = ROOT / name.replace(".", "/")
                yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists())


def test_what_migrations_and_defaults_import_decides_too():
    deciding = set(databases.deciding_files())
    first = [path for path in deciding if path.name == "defaults.py" or path.parent.name == "migrations"]
    assert len(first) > 30
    missing = {file for path in first for file in imported(path) if file.read_text(encoding="utf-8")} - deciding
    assert missing == set()


@pytest.mark.parametrize("change", ["edited", "added", "renamed"])
def test_another_migration_is_another_database(monkeypatch, tmp_path, change):
    for path in databases.deciding_files():
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    before = databases.fingerprint()
    monkeypatch.setattr(databases, "ROOT", tmp_path)
    assert databases.fingerprint() == before
    migration = min((tmp_path / "leads" / "migrations").glob("0*.py"))
    if change == "edited":
        migration.write_text(migration.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "added":
        migration.with_name("9999_more.py").write_text("", encoding="utf-8")
    else:
        migration.rename(migration.with_name("0001_other.py"))
    assert databases.fingerprint() != before


@pytest.fixture
def emptying(transactional_db):
    return databases.Emptying(connection)


def test_what_a_test_committed_is_gone_and_what_was_given_stays(emptying, monkeypatch):
    monkeypatch.setattr(databases, "call_command", None)  # as it would flush everything
    given = list(Stage.objects.values())
    deal = factories.DealFactory(customer=factories.CustomerFactory(company=factories.CompanyFactory()))
    deal.win(by=deal.owner)
    assert Deal.objects.exists() and Event.objects.exists() and Customer.objects.exists()
    emptying()
    assert set(emptying._filled()) == set(emptying.given)
    assert given and list(Stage.objects.values()) == given


@pytest.mark.parametrize("change", [{"name": "Elsewhere"}, None], ids=["changed", "deleted"])
def test_what_was_given_comes_back_when_a_test_changed_it(emptying, change):
    names = sorted(Stage.objects.values_list("name", flat=True))
    lost = Stage.objects.filter(kind="lost")
    lost.update(**change) if change else lost.delete()
    assert sorted(Stage.objects.values_list("name", flat=True)) != names
    emptying()
    assert sorted(Stage.objects.values_list("name", flat=True)) == names
    Stage.objects.filter(name=names[0]).update(name="Once more")
    emptying()
    assert sorted(Stage.objects.values_list("name", flat=True)) == names
