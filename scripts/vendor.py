"""The files other people wrote: fetch them at their pinned version, or check that nobody changed them.

python scripts/vendor.py check     every vendored file has the checksum of vendor.lock
python scripts/vendor.py fetch     fetch the packages again and write the files
python scripts/vendor.py pin       the same, and note the new checksums in vendor.lock
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

BASE = Path(__file__).resolve().parent.parent
LOCK = BASE / "vendor.lock"
SOURCE_MAP = re.compile(rb"\n?(?://[#@] sourceMappingURL=[^\n]*|/\*# sourceMappingURL=.*?\*/)\n?")


class File(TypedDict):
    source: str
    target: str
    sha256: str


class Package(TypedDict):
    name: str
    version: str
    licence: str
    files: list[File]
    icons: list[str]


def packages() -> list[Package]:
    found: list[Package] = json.loads(LOCK.read_text())["packages"]
    return found


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wrong_files() -> list[str]:
    """Targets that are missing or differ from the lock."""
    every = [file for package in packages() for file in package["files"]]
    return [
        file["target"]
        for file in every
        if not (BASE / file["target"]).is_file() or digest((BASE / file["target"]).read_bytes()) != file["sha256"]
    ]


def unpack(package: Package, folder: Path) -> Path:
    """Let npm fetch the package by name; it checks the archive itself."""
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is needed to fetch vendored files; checking them needs Python only.")
    wanted = f"{package['name']}@{package['version']}"
    made = subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / made.stdout.strip()) as archive:
        archive.extractall(folder / package["name"], filter="data")
    return folder / package["name"] / "package"


def symbol(name: str, drawing: str) -> str:
    """One Lucide drawing as a symbol that takes colour and stroke from the sheet."""
    inner = re.sub(r"<!--.*?-->", "", drawing, flags=re.DOTALL)
    inner = re.sub(r"^\s*<svg[^>]*>|</svg>\s*$", "", inner.strip(), flags=re.DOTALL)
    inner = re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        f' stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
    )


def sprite(package: Package, root: Path) -> bytes:
    symbols = [symbol(name, (root / "icons" / f"{name}.svg").read_text()) for name in sorted(package["icons"])]
    head = f"<!-- lucide {package['version']}, {package['licence']}; see LICENSE -->"
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', head, *symbols, "</svg>", ""]).encode()


def contents(package: Package, root: Path, file: File) -> bytes:
    if file["source"] == "(sprite)":
        return sprite(package, root)
    content = (root / file["source"]).read_bytes()
    return SOURCE_MAP.sub(b"\n", content) if file["target"].endswith((".js", ".css")) else content


def fetch(*, pin: bool) -> None:
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"]:
        with tempfile.TemporaryDirectory() as folder:
            root = unpack(package, Path(folder))
            for file in package["files"]:
                write(package, root, file, pin=pin)
    if pin:
        LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def write(package: Package, root: Path, file: File, *, pin: bool) -> None:
    content = contents(package, root, file)
    if pin:
        file["sha256"] = digest(content)
    elif digest(content) != file["sha256"]:
        sys.exit(f"{file['target']}: {package['name']} {package['version']} has not the checksum of vendor.lock.")
    target = BASE / file["target"]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            wrong = wrong_files()
            sys.stdout.write("".join(f"changed or missing: {name}\n" for name in wrong) or "vendored files are right\n")
            return 1 if wrong else 0
        case ["fetch" | "pin" as verb]:
            fetch(pin=verb == "pin")
            return 0
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
