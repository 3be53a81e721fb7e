"""One letter through the mail server, or in plain words why not."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.letters import Letter, one_line
from crm.mails import Mail

SERVICE_CLOSES = 421
REPLY_LENGTH = 300


@dataclass(frozen=True)
class Failure:
    """Why a mail was not sent. `for_good`: asking again would not help. `all_alike`: others would fare the same now."""

    text: str
    for_good: bool = False
    all_alike: bool = False


@contextmanager
def connected() -> Iterator[Any]:
    """One connection for a run; the server is asked only when the first letter is ready."""
    connection = get_connection()
    try:
        yield connection
    finally:
        with suppress(OSError):  # what was accepted stays accepted, whether the server says goodbye or not
            connection.close()


def deliver(mail: Mail, letter: Letter, connection: Any) -> Failure | None:
    """Hand the letter to the mail server; None when it was accepted."""
    try:
        message = _message(mail, letter, connection)
        message.message()  # what cannot be sent at all is found out before anybody is asked
        connection.open()
        message.send()
    except (OSError, ValueError, ValidationError) as problem:
        return explained(problem)
    return None


def _message(mail: Mail, letter: Letter, connection: Any) -> EmailMultiAlternatives:
    validate_email(mail.address)
    headers = {**letter.headers, "Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    to = [mail.address]
    message = EmailMultiAlternatives(letter.subject, letter.text, to=to, headers=headers, connection=connection)
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def explained(problem: Exception) -> Failure:
    """What the mail server said, or did not say, in words for whoever looks after it."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(problem.recipients.values()))
            return _refused(_("The address was refused"), code, reply)
        case smtplib.SMTPDataError():
            return _refused(_("The letter was refused"), problem.smtp_code, problem.smtp_error)
        case smtplib.SMTPAuthenticationError():
            return _unreachable(_("The mail server does not accept our name and password"), _said(problem))
        case smtplib.SMTPSenderRefused():
            return _unreachable(_("The mail server does not accept our own address"), _said(problem))
        case smtplib.SMTPServerDisconnected() if isinstance(problem.__context__, TimeoutError):
            return _unreachable(*_of_the_net(problem.__context__))
        case smtplib.SMTPServerDisconnected():
            return _unreachable(_("The mail server broke off"), str(problem))
        case smtplib.SMTPResponseException():
            return _unreachable(_("The mail server is not ready"), _said(problem))
        case smtplib.SMTPException():
            return _unreachable(_("The mail server cannot do what is asked of it"), str(problem))
        case OSError():
            return _unreachable(*_of_the_net(problem))
    reason = "; ".join(getattr(problem, "messages", [str(problem)]))
    return Failure(_with(_("It cannot be sent as it is"), reason), for_good=True)


def _of_the_net(problem: OSError) -> tuple[str, str]:
    match problem:
        case ConnectionRefusedError():
            return _("The mail server refuses connections"), ""
        case TimeoutError():
            return _("The mail server did not answer in time"), ""
        case socket.gaierror():
            return _("The name of the mail server cannot be found"), ""
        case ssl.SSLError():
            return _("There is no safe connection to the mail server"), problem.strerror or str(problem)
    return _("The mail server cannot be reached"), problem.strerror or str(problem)


def _refused(what: str, code: int, reply: bytes | str) -> Failure:
    """Of this one letter: 4xx is "not now", 5xx is "never"."""
    return Failure(_with(what, _words(code, reply)), for_good=code >= 500, all_alike=code == SERVICE_CLOSES)


def _unreachable(what: str, reason: str) -> Failure:
    return Failure(_with(what, reason), all_alike=True)


def _said(problem: smtplib.SMTPResponseException) -> str:
    return _words(problem.smtp_code, problem.smtp_error)


def _words(code: int, reply: bytes | str) -> str:
    return f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"


def _with(what: str, reason: str) -> str:
    reason = one_line(reason, at_most=REPLY_LENGTH)
    return f"{what}: {reason}" if reason else f"{what}."
