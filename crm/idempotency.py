"""The same POST twice (double click, retry) does its work once and gets the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from crm.models import IdempotencyKey

FIELD = "idempotency_key"
HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Trigger", "HX-Push-Url", "HX-Retarget", "HX-Reswap")
Next = Callable[[HttpRequest], HttpResponseBase]


def once_per_key(get_response: Next) -> Next:
    """Middleware: a POST with a key runs in one transaction with the row that keeps its answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return get_response(request)
        key = request.headers.get(HEADER) or request.POST.get(FIELD, "")
        if not key:
            return get_response(request)
        if len(key) > 64 or not key.isprintable():
            return HttpResponse(_("The idempotency key must be at most 64 plain characters."), status=400)
        return _once(request, request.user.pk, key, get_response)

    return middleware


def _once(request: HttpRequest, user_id: int, key: str, get_response: Next) -> HttpResponseBase:
    digest = _hash(request)
    with transaction.atomic():
        # A second request with the key waits here for the first one's commit, or takes over after its rollback.
        row = IdempotencyKey(user_id=user_id, key=key, request_hash=digest)
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        kept = IdempotencyKey.objects.get(user_id=user_id, key=key)
        if kept.status is not None:
            return _again(kept, digest)
        response = get_response(request)
        if response.status_code >= 400 or not isinstance(response, HttpResponse):
            # Nothing was done, or the answer is a stream: the key stays free for the corrected request.
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                kept.delete()
            return response
        _keep(kept, response)
    return response


def _hash(request: HttpRequest) -> str:
    fields = sorted(
        (name, values) for name, values in request.POST.lists() if name not in {FIELD, "csrfmiddlewaretoken"}
    )
    files = sorted((name, [(f.name, f.size, _digest(f)) for f in files]) for name, files in request.FILES.lists())
    read = request.content_type == "multipart/form-data"  # as a stream, even when it held nothing
    body = b"" if read or request.POST else request.body
    role = getattr(request.user, "effective_role", "")  # an answer is not repeated to who has lost the right to it
    return hashlib.sha256(repr((role, request.get_full_path(), fields, files, body)).encode()).hexdigest()


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _again(kept: IdempotencyKey, digest: str) -> HttpResponse:
    if kept.request_hash != digest:
        return HttpResponse(_("This form was already sent with other content. Reload the page."), status=422)
    return HttpResponse(bytes(kept.content), status=kept.status or 200, headers=kept.headers)


def _keep(kept: IdempotencyKey, response: HttpResponse) -> None:
    kept.status = response.status_code
    kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    kept.content = response.content
    kept.save(update_fields=["status", "headers", "content"])
