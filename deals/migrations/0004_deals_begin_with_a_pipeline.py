from django.db import migrations

from deals.defaults import make_defaults


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0003_statuses_are_kinds_of_stages'),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: make_defaults(apps.get_model), migrations.RunPython.noop),
    ]
