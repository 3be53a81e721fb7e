"""Two indexes on the queue's own table: what waits, by the moment it is due; and all of it, by state."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0006_events_are_found_by_kind_person_and_record_in_pages'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX crm_queue_due ON procrastinate_jobs (scheduled_at, id) WHERE status = 'todo'",
            "DROP INDEX crm_queue_due",
        ),
        migrations.RunSQL(
            "CREATE INDEX crm_queue_state ON procrastinate_jobs (status, id)",
            "DROP INDEX crm_queue_state",
        ),
    ]
