"""Files: kept when they are what they say, downloaded by who sees the record, never shown by the browser."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities import files
from activities.models import Activity, Attachment
from crm.lanes import Lanes, Pages
from crm.models import Event
from crm.request_body import Limits
from tests import factories
from tests.conftest import unchanged
from tests.serving import Wire, serving

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def zipped(**parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("CT", "[Content_Types].xml"), text)
    return made.getvalue()


DOCX = zipped(CT="<x/>", word__document="<x/>")


def sent(name, content):
    return SimpleUploadedFile(name, content, "image/png")


def upload_url(customer):
    return reverse("activities:upload", args=["customer", customer.pk])


def on_disk(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def upload(as_alice, customer):
    def send(*given, **more):
        return as_alice.post(upload_url(customer), {"files": [sent(*file) for file in given], **more}, headers=HTMX)

    return send


def test_it_works(upload, as_alice, alice, customer, settings):
    answer = upload(("Angebot für Zoë.pdf", b"%PDF-1.7 content"), ("bild.PNG", PNG))
    assert answer.status_code == 200
    assert "Angebot für Zoë.pdf" in answer.content.decode()
    pdf = Attachment.objects.get(content_type="application/pdf")
    assert (pdf.size, pdf.customer, pdf.created_by) == (16, customer, alice)
    assert len(pdf.sha256) == 64
    assert "Angebot" not in pdf.file.name
    assert len(on_disk(settings)) == 2
    assert Event.objects.filter(kind="attachment.created", customer=customer).count() == 2
    download = as_alice.get(reverse("activities:file", args=[pdf.pk]))
    assert b"".join(download.streaming_content) == b"%PDF-1.7 content"
    download.close()
    assert download["Content-Disposition"].startswith("attachment;")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in download["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", SVG),
        ("drawing.png", SVG),
        ("drawing.txt", SVG),
        ("drawing.csv", b"\xef\xbb\xbf \n<SVG>"),
        ("page.html", b"<!doctype html><p>x"),
        ("page.txt", b"  <html><script>1</script>"),
        ("page.pdf", b"<html>"),
        ("program.exe", b"MZ\x90\0\x03"),
        ("program.png", b"MZ\x90\0\x03"),
        ("program.txt", b"\x7fELF\x02\x01"),
        ("run.txt", b"#!/bin/sh\nrm -rf /"),
        ("run.php", b"plain"),
        ("photo.jpg", PNG),
        ("photo", PNG),
        ("text.txt", b"\xff\xfe\x00a"),
        ("text.txt", "ä".encode("latin1")),
        ("letter.docx", b"PK\x03\x04 broken"),
        ("letter.docx", zipped(a="b")),
        ("letter.zip", DOCX),
        ("macro.docx", zipped(CT="<x/>", word__vbaProject_bin="x").replace(b"vbaProject_bin", b"vbaProject.bin")),
        ("empty.txt", b""),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_nothing_remains(upload, settings, nothing_changed, name, content):
    with nothing_changed:
        answer = upload(("good.txt", b"Fine."), (name, content))
    assert answer.status_code == 422
    assert 'id="files-error"' in answer.content.decode()
    assert on_disk(settings) == []


def test_without_a_file_the_field_says_so(upload, nothing_changed):
    with nothing_changed:
        assert "Choose a file." in upload().content.decode()


def test_too_large_and_too_many_are_refused(upload, settings, nothing_changed):
    settings.ATTACHMENT_MAX_MB = 1
    with nothing_changed:
        assert "larger than 1 MB" in upload(("a.txt", b"a" * (1024 * 1024 + 1))).content.decode()
        assert "at most 10 files" in upload(*[("a.txt", b"a")] * 11).content.decode()
    assert on_disk(settings) == []


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.txt", "Grüße".encode(), "text/plain"),
        ("a.csv", b"a;b\n1;2", "text/csv"),
        ("a.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 9, "image/jpeg"),
        ("a.gif", b"GIF89a" + b"\0" * 9, "image/gif"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            "a.odt",
            zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("a.zip", zipped(a="b"), "application/zip"),
    ],
)
def test_what_is_kept(name, content, content_type):
    assert files.check(sent(name, content)).content_type == content_type


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\offer.pdf", "offer.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("\u202egpj.txt", "gpj.txt"),
        ('a"b.txt', "a_b.txt"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("\u200b", "file"),
        ("x" * 300 + ".pdf", "x" * 117 + ".pdf"),
    ],
)
def test_names_are_cleaned(name, clean):
    assert files.clean_name(name) == clean


def test_files_come_with_an_activity_or_neither_does(as_alice, customer, settings):
    url = reverse("activities:create", args=["customer", customer.pk])
    with unchanged():
        refused = as_alice.post(url, {"body": "See the file.", "files": [sent("a.png", SVG)]}, headers=HTMX)
    assert refused.status_code == 422
    assert "See the file." in refused.content.decode()
    with unchanged():
        assert as_alice.post(url, {"body": "", "files": [sent("a.png", PNG)]}, headers=HTMX).status_code == 422
    assert on_disk(settings) == []
    as_alice.post(url, {"body": "See the file.", "files": [sent("a.png", PNG)]}, headers=HTMX)
    assert Attachment.objects.get().activity == Activity.objects.get()
    assert "a.png" in as_alice.get(customer.get_absolute_url()).content.decode()


def test_when_the_database_refuses_the_bytes_go_too(customer, alice, settings, monkeypatch):
    monkeypatch.setattr(files, "record", None)
    with pytest.raises(TypeError):
        files.keep([files.check(sent("a.png", PNG))], by=alice, links={"customer_id": customer.pk})
    assert on_disk(settings) == []


def test_a_deleted_file_comes_back(as_alice, customer, alice):
    row = factories.AttachmentFactory(customer=customer, created_by=alice)
    gone = as_alice.post(reverse("activities:file_delete", args=[row.pk]), headers=HTMX)
    assert reverse("activities:file_restore", args=[row.pk]) in gone["HX-Trigger"]
    assert as_alice.get(reverse("activities:file", args=[row.pk])).status_code == 404
    as_alice.post(reverse("activities:file_restore", args=[row.pk]))
    back = as_alice.get(reverse("activities:file", args=[row.pk]))
    assert b"".join(back.streaming_content) == b"Forty lanterns."
    back.close()


def test_a_file_of_a_deal_is_not_for_who_does_not_see_the_deal(client, rival, deal, customer, alice):
    row = factories.AttachmentFactory(customer=customer, deal=deal, created_by=alice)
    client.force_login(rival)
    assert client.get(reverse("activities:file", args=[row.pk])).status_code == 404
    listed = client.get(reverse("activities:files", args=["customer", customer.pk]), headers=HTMX).content.decode()
    assert row.name not in listed


async def _never(*_given):
    raise AssertionError("not asked")


class NoLive:
    async def start(self):
        pass

    async def close(self):
        pass

    __call__ = _never


@pytest.mark.parametrize(("path", "status"), [("/activities/about/deal/1/upload/", 413), ("/other/", 413)])
def test_three_hundred_megabytes_are_refused_before_they_are_read(path, status):
    def nothing(environ, start):
        raise AssertionError("the application was asked")

    uploads = {"/activities/about/": Limits(size=201 * 1024 * 1024)}
    with serving(Lanes(pages=Pages(nothing, threads=1, uploads=uploads), live=NoLive())) as port, Wire(port) as wire:
        wire.say(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {300 * 1024 * 1024}\r\n\r\n")
        assert wire.status() == status
