from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    TASK = "task", _("Task")
    NOTE = "note", _("Note")


class Outcome(models.TextChoices):
    """How it went. FRUITLESS ones are attempts, not contacts."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    LEFT_MESSAGE = "left_message", _("Left a message")
    HELD = "held", _("Took place")
    NO_SHOW = "no_show", _("Nobody came")
    SENT = "sent", _("Sent")
    REPLIED = "replied", _("Answer received")
    BOUNCED = "bounced", _("Could not be delivered")
    DONE = "done", _("Done")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Kind.CALL: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE),
    Kind.MEETING: (Outcome.HELD, Outcome.NO_SHOW),
    Kind.EMAIL: (Outcome.SENT, Outcome.REPLIED, Outcome.BOUNCED),
    Kind.TASK: (Outcome.DONE,),
    Kind.NOTE: (),
}


#: kinds that reach out to somebody
ATTEMPTS = frozenset({Kind.CALL, Kind.MEETING, Kind.EMAIL})
#: attempts that did not come through
FRUITLESS = frozenset({Outcome.NO_ANSWER, Outcome.NO_SHOW, Outcome.BOUNCED})


class Repeats(models.TextChoices):
    DAILY = "daily", _("Every day")
    WORKDAYS = "workdays", _("Every working day")
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY = "monthly", _("Every month")
    YEARLY = "yearly", _("Every year")


class Reminder(models.IntegerChoices):
    """Minutes before it is due."""

    NEVER = -1, _("Not at all")
    WHEN_DUE = 0, _("When it is due")
    MINUTES_5 = 5, _("5 minutes before")
    MINUTES_15 = 15, _("15 minutes before")
    MINUTES_30 = 30, _("30 minutes before")
    HOUR = 60, _("1 hour before")
    HOURS_2 = 120, _("2 hours before")
    DAY = 24 * 60, _("1 day before")
    DAYS_2 = 2 * 24 * 60, _("2 days before")
    WEEK = 7 * 24 * 60, _("1 week before")
