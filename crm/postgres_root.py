"""PostgreSQL refuses to run as root: who runs it then, and which processes and files are its own."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

# Greater than any process number can be: it is nobody's, today and after a restart.
NOBODYS_PID = 2**22 + 1


class PostgresError(Exception):
    """Says in one sentence what is wrong and what to do."""


def owner_name(uid: int) -> str:
    """A name for people, the number when there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@cache
def _way() -> str:
    """How to leave root behind: `` (nothing to leave), `unshare` or `setpriv`."""
    if os.geteuid() != 0 and _is_named(os.geteuid()):
        return ""
    user = _ordinary_user()
    # A user namespace only renames: nothing is chowned, files and processes stay those of whoever started us.
    if shutil.which("unshare") and _works([*_unshare(user), "true"]):
        return "unshare"
    if os.geteuid() == 0 and shutil.which("setpriv") and _works([*_setpriv(user), "true"]):
        return "setpriv"
    raise PostgresError(
        "PostgreSQL refuses to run as this user and neither unshare nor setpriv works here: run this as an ordinary "
        "user, or set DATABASE_URL to a server of your own."
    )


def prefix(folder: Path) -> list[str | Path]:
    """What to put before a command of PostgreSQL that works on this data folder."""
    match _way():
        case "unshare":
            return [*_unshare(_ordinary_user())]
        case "setpriv":
            folder.mkdir(mode=0o700, exist_ok=True)
            hand_over(folder)
            return [*_setpriv(_ordinary_user())]
    return []


def hand_over(folder: Path) -> None:
    """Where only setpriv works, the server needs a folder of its own."""
    if _way() == "setpriv":
        user = _ordinary_user()
        os.chown(folder, user.pw_uid, user.pw_gid)


def my_ids(folder: Path) -> set[int]:
    """The owners that a folder may have; root may own any of them, another user none."""
    mine = {os.geteuid()}
    if os.geteuid() == 0 and _way() == "setpriv":
        mine.add(_ordinary_user().pw_uid)
    return mine


def _is_named(uid: int) -> bool:
    """initdb wants its user to have a name."""
    return owner_name(uid) != str(uid)


@cache
def _ordinary_user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in ("daemon", "nobody", *known):
        if name in known:
            return known[name]
    raise PostgresError("This machine knows no user but root, and PostgreSQL refuses to run as root: add one.")


def _unshare(user: pwd.struct_passwd) -> list[str]:
    return ["unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}"]


def _setpriv(user: pwd.struct_passwd) -> list[str]:
    # The right to pass closed folders is kept: the checkout of root often lies in one.
    kept = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *kept]


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def recorded_pid(file: Path) -> int | None:
    """The process that a lock file of the server names in its first line."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """A zombie is dead: it only waits for somebody to read its exit code."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return not re.search(r"\) [ZX] ", Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except OSError:
        return not Path("/proc/self").exists()


def is_server(pid: int) -> bool:
    """Whether this living process is a PostgreSQL at all: numbers are given away again."""
    if not is_alive(pid):
        return False
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace")
    except OSError:
        asked = [shutil.which("ps") or "/bin/ps", "-o", "comm=", "-p", str(pid)]
        name = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return name.strip().endswith("postgres")


def forget_dead_server(folder: Path, socket: Path) -> None:
    """Lock files whose number is a zombie's, or another program's by now, would keep the server from starting.

    In the data folder only the number is replaced: PostgreSQL still sees from the rest whether orphans of the old
    server live.
    """
    file, lock = folder / "postmaster.pid", socket.with_name(socket.name + ".lock")
    pid, socket_pid = recorded_pid(file), recorded_pid(lock)
    if pid is not None and pid != NOBODYS_PID and not is_server(pid):
        rest = file.read_text().split("\n", 1)[1:]
        file.write_text("\n".join([str(NOBODYS_PID), *rest]))
    if socket_pid is not None and not is_server(socket_pid):
        lock.unlink(missing_ok=True)
        socket.unlink(missing_ok=True)
