"""Trigrams, accent-free text by an immutable function, and the cache table (unlogged: it may be lost in a crash)."""

from __future__ import annotations

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.core.management import call_command
from django.db import migrations

# The body is schema-qualified: the bare call fails in CREATE INDEX and pg_restore on PostgreSQL 18.
F_UNACCENT = """
CREATE OR REPLACE FUNCTION public.f_unaccent(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN public.unaccent('public.unaccent'::regdictionary, $1)
"""


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)
    schema_editor.execute("ALTER TABLE crm_cache SET UNLOGGED")


class Migration(migrations.Migration):
    initial = True
    # pghistory's functions are called by the triggers of every tracked table.
    dependencies = [("pghistory", "0007_auto_20250421_0444")]
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(F_UNACCENT, "DROP FUNCTION public.f_unaccent(text)"),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
