"""A letter that was only printed on the worker's terminal is no longer said to be sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0007_the_queue_is_found_by_state_and_by_age'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mail',
            name='mail_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='mail',
            name='mail_sent_at_a_time',
        ),
        migrations.AlterField(
            model_name='mail',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('printed', 'Printed'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('dropped', 'Dropped')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'printed', 'failed', 'cancelled', 'dropped'])), name='mail_state_known'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state__in', ('sent', 'printed'))), models.Q(models.Q(('state__in', ('sent', 'printed')), _negated=True), ('sent_at', None)), _connector='OR'), name='mail_sent_at_a_time'),
        ),
        # Backwards they are what they were said to be before.
        migrations.RunSQL("", "UPDATE crm_mail SET state = 'sent' WHERE state = 'printed'"),
    ]
