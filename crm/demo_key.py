"""The generated key of a demo installation, kept in its data folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def demo_key(folder: Path) -> str:
    """Return the folder's key, made on first use; two processes starting at once agree on one."""
    path = folder / "demo_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"demo_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")
