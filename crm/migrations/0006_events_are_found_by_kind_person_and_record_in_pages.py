from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0005_jobs_can_be_cancelled_and_say_why_they_failed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name='event', name='event_subject_at'),
        migrations.RemoveIndex(model_name='event', name='event_at'),
        migrations.RemoveIndex(model_name='event', name='event_actor_at'),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['subject_type', 'subject_id', '-at', '-id'], name='event_of_subject'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['subject_type', '-at', '-id'], name='event_of_type'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['kind', '-at', '-id'], name='event_of_kind'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['actor', '-at', '-id'], name='event_of_actor'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['-at', '-id'], name='event_newest'),
        ),
    ]
