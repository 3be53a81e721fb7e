"""Files that are sent in: each is what its content says, and only what is known to be harmless is kept."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from activities.models import Activity, Attachment
from crm.events import record
from crm.text import is_blank, is_storable

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 120
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
#: content type -> the endings that a file of it may have
TYPES: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",),
    f"{_OPEN}text": ("odt",),
    f"{_OPEN}spreadsheet": ("ods",),
    f"{_OPEN}presentation": ("odp",),
    "application/zip": ("zip",),
    "text/csv": ("csv",),
    "text/plain": ("txt", "md", "log"),
}
MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
#: the folder that tells office files apart
PARTS = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
#: how text begins that a browser or a shell would run: HTML, SVG, XML, scripts
_RUNS = re.compile(rb"<[!?/a-z]|#!", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)vbaProject\.bin$", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    file: UploadedFile
    name: str
    content_type: str


def check(file: UploadedFile) -> Checked:
    """The file with its clean name and its true type; ValidationError says why it is refused."""
    name = clean_name(file.name or "")
    names = {"name": name}
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty."), params=names)
    if file.size > settings.ATTACHMENT_MAX_MB * 1024 * 1024:
        limit = names | {"limit": settings.ATTACHMENT_MAX_MB}
        raise ValidationError(_("“%(name)s” is larger than %(limit)s MB."), params=limit)
    content_type = sniff(file)
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    if content_type == "text/plain" and ending in TYPES["text/csv"]:
        content_type = "text/csv"
    if not content_type:
        raise ValidationError(_("“%(name)s” is of a kind that is not kept here."), params=names)
    if ending not in TYPES[content_type]:
        raise ValidationError(_("“%(name)s” is not what its ending says."), params=names)
    return Checked(file, name, content_type)


def sniff(file: UploadedFile) -> str:
    """What the content is; "" when it is nothing that we keep."""
    file.seek(0)
    head = file.read(4096)
    for magic, content_type in MAGIC.items():
        if head.startswith(magic):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file)
    return "text/plain" if _is_text(file, head) else ""


def _zipped(file: UploadedFile) -> str:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100].decode("ascii", "replace") if _has_kind(archive) else ""
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError):
        return ""
    if any(_MACROS.search(name) for name in names):
        return ""
    if kind:
        return kind if kind in TYPES else ""
    if "[Content_Types].xml" in names:
        return next((found for part, found in PARTS.items() if any(n.startswith(part) for n in names)), "")
    return "application/zip"


def _has_kind(archive: zipfile.ZipFile) -> bool:
    """OpenDocument's first entry; never unpacked when it claims to be long."""
    return "mimetype" in archive.namelist() and archive.getinfo("mimetype").file_size <= 100


def _is_text(file: UploadedFile, head: bytes) -> bool:
    if _RUNS.match(head.removeprefix(codecs.BOM_UTF8).lstrip()):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in file.chunks():
            if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def clean_name(name: str) -> str:
    """The last part of it, without what would break a header, a path or a terminal; its ending stays."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    kept = " ".join(re.sub(r'[<>:"|?*\x00]', "_", kept).split()).lstrip(". ")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    stem = stem[: NAME_LENGTH - len(ending)].strip() or _("file")
    shown = f"{stem}{dot}{ending[:20]}"
    return shown if is_storable(shown) and not is_blank(shown) else _("file")


def keep(
    files: Sequence[Checked], *, by: User, links: dict[str, Any], activity: Activity | None = None
) -> list[Attachment]:
    """Keep the files under names that nobody can guess. All or none: of what fails nothing remains on the disk."""
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            for checked in files:
                kept.append(row := _row(checked, by, links, activity))
                row.file.save(f"{uuid4().hex}.bin", checked.file, save=False)
                row.save(force_insert=True)
                verb = "enclosed" if activity else "created"
                record(f"attachment.{verb}", on=row, by=by, name=row.name, size=row.size)
    except BaseException:
        discard(kept)
        raise
    return kept


def discard(rows: Sequence[Attachment]) -> None:
    """Take the files of rows that were not written from the disk."""
    for row in rows:
        if row.file.name:
            with suppress(OSError):
                row.file.storage.delete(row.file.name)


def _row(checked: Checked, by: User, links: dict[str, Any], activity: Activity | None) -> Attachment:
    file = checked.file
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return Attachment(
        **links,
        activity=activity,
        name=checked.name,
        content_type=checked.content_type,
        size=file.size or 0,
        sha256=digest.hexdigest(),
        created_by=by,
    )
