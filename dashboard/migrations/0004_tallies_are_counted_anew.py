from django.db import migrations


def forget(apps, schema_editor):
    """Whoever took over what a leaver owned got the leaver's tallies too. Without a zone they are not used, and
    counted anew after this migrate."""
    apps.get_model("dashboard", "TallyZone").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0003_pipeline_figures_are_kept")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
