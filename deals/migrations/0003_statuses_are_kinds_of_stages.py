from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0002_initial'),
    ]

    operations = [
        # Django knows no foreign keys over two columns.
        migrations.RunSQL(
            "ALTER TABLE deals_deal ADD CONSTRAINT deal_status_is_kind_of_stage FOREIGN KEY (stage_id, status)"
            " REFERENCES deals_stage (id, kind) DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE deals_deal DROP CONSTRAINT deal_status_is_kind_of_stage",
        ),
    ]
