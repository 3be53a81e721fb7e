"""Pages that only the tests of the lanes serve."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

SEEN: list[str] = []
BIG = Path(tempfile.gettempdir()) / f"rapport-lanes-{os.getpid()}.bin"
SIZE = 50 * 1024 * 1024


def page(request):
    return HttpResponse("page")


@csrf_exempt
def echo(request):
    SEEN.append("echo")
    return JsonResponse({"form": request.POST.dict(), "length": len(request.body) if not request.FILES else -1})


@csrf_exempt
def upload(request):
    return JsonResponse({name: file.size for name, file in request.FILES.items()})


def headers(request):
    return JsonResponse({"secure": request.META.get("HTTP_X_FORWARDED_PROTO", ""), "path": request.path})


def slow(request):
    SEEN.append("slow")
    time.sleep(float(request.GET.get("seconds", "0.5")))
    return HttpResponse("slow")


def file(request):
    return FileResponse(BIG.open("rb"))


def stream(request):
    def parts():
        SEEN.append("stream")
        try:
            for _ in range(int(request.GET.get("parts", "3"))):
                yield b"x" * int(request.GET.get("size", "4096"))
                if request.GET.get("fail"):
                    raise RuntimeError("in mid-stream")
        finally:
            SEEN.append("closed")

    return StreamingHttpResponse(parts())


def broken(request):
    raise RuntimeError("broken")


def leave_traces(request):
    """Sets what belongs to one request, and says what it found."""
    found = f"{timezone.get_current_timezone_name()} {translation.get_language()}"
    timezone.activate("Asia/Tokyo")
    translation.activate("de")
    return HttpResponse(found)


VIEWS = (page, echo, upload, headers, slow, file, stream, broken, leave_traces)
urlpatterns = [path(f"{view.__name__}/", login_not_required(view)) for view in VIEWS]
