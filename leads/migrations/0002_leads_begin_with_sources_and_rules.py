from django.db import migrations

from leads.defaults import make_defaults


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: make_defaults(apps.get_model), migrations.RunPython.noop),
    ]
