"""Imports, and which order each of them brought."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('source', models.CharField(max_length=60, verbose_name='source')),
                ('state', models.CharField(choices=[('done', 'Done'), ('refused', 'Refused')], max_length=10, verbose_name='state')),
                ('counts', models.JSONField(default=dict)),
                ('problems', models.JSONField(default=list)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
            },
        ),
        migrations.CreateModel(
            name='ImportedOrder',
            fields=[
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='imported', serialize=False, to='customers.order')),
                ('fingerprint', models.UUIDField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='exchange.importrun')),
            ],
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['sha256'], name='import_sha256'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['done', 'refused'])), name='import_state_known'),
        ),
    ]
