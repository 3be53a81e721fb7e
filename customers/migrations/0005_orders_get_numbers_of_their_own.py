"""The numbers of orders that are entered here come from a sequence."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_customers_sort_by_last_order_and_deleted_ones_are_listed")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE customers_order_number",
            "DROP SEQUENCE customers_order_number",
        )
    ]
