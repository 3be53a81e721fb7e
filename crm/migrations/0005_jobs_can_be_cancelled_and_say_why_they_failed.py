import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0004_mails_wait_in_an_outbox'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FailedAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job_id', models.BigIntegerField()),
                ('attempt', models.PositiveIntegerField()),
                ('error', models.CharField(max_length=300)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'failed attempt',
                'verbose_name_plural': 'failed attempts',
                'indexes': [models.Index(fields=['job_id', '-id'], name='attempt_of_job'), models.Index(fields=['at'], name='attempt_at')],
            },
        ),
        migrations.AddField(
            model_name='jobprogress',
            name='cancel_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='jobprogress',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10),
        ),
        migrations.AddIndex(
            model_name='jobprogress',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['finished_at'], name='job_finished'),
        ),
    ]
