from django.db import migrations

from accounts.defaults import make_defaults


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_working_hours_holidays_absences_and_capacity'),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: make_defaults(apps.get_model), migrations.RunPython.noop),
    ]
