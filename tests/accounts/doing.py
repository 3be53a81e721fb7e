"""What a person does with a form, and what the worker does with its jobs."""

from __future__ import annotations

import re

from django.core import mail
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import outbox
from tests import factories


def filled(client, url, **changes):
    """The form of a page as a browser would send it, with `changes` typed in."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in values.items() if value is not False}
    return {name: value for name, value in (sent | changes).items() if value is not None}


def submit(client, url, **changes):
    return client.post(url, filled(client, url, **changes))


def run_jobs(name="accounts."):
    """Do what was deferred, as the worker would."""
    for job in ProcrastinateJob.objects.filter(task_name__startswith=name, status="todo").order_by("id"):
        app.tasks[job.task_name](**job.args)


def letters():
    """The letters that the jobs send."""
    run_jobs("accounts.mail_")
    outbox.send_due(now())
    return mail.outbox


def link_in(letter):
    """The path of the link in a letter."""
    return re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", letter.body)[1]


def with_password(user, password=factories.PASSWORD):
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def sign_in(client, email, password=factories.PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password}, **more)


def is_in(client):
    return "_auth_user_id" in client.session and client.get("/settings/").status_code == 200
