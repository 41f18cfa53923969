"""Why root may run Holdfast although PostgreSQL refuses to: the server gets an unprivileged account.

That account must reach the data folder and the server's programs, which may lie below somebody's private
folder. It is let through (search permission, nothing to list or read), by an access-control entry for it
alone where the file system has them.
"""

import os
import pwd
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNTS = ("holdfast", "postgres", "nobody")
ACL = "system.posix_acl_access"
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NO_ID = 0xFFFFFFFF
SEARCH = 1


@dataclass(frozen=True)
class Account:
    """A user of this machine, by number: it may have no name here any more."""

    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        """How subprocess runs something as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, *paths: Path) -> bool:
        """Whether `test` (-x, -r) holds for all `paths` when this account asks."""
        ask = f'for path; do test {test} "$path" || exit 1; done'
        command = ["/bin/sh", "-c", ask, "sh", *map(str, paths)]
        return subprocess.run(command, cwd="/", check=False, **self.as_process()).returncode == 0

    def own(self, folder: Path) -> None:
        """Give `folder` and all that is in it to this account."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def for_data(folder: Path) -> Account | None:
    """Who runs the server over `folder`: None for ourselves, else the account root hands it to."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat() if folder.exists() else None
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RuntimeError(
        f"PostgreSQL does not run as root, and this machine has none of {', '.join(ACCOUNTS)}."
    )


def let_through(account: Account, path: Path) -> None:
    """Let `account` pass every folder above `path`."""
    if account.can("-x", path.parent):
        return
    for folder in reversed(path.parents):
        if not account.can("-x", folder):
            _let_search(account, folder)


def let_read(account: Account, tree: Path) -> None:
    """Let `account` use the programs in `tree`, which an installation under a strict umask hides."""
    let_through(account, tree)
    if account.can("-r", *tree.glob("lib/*.so*"), *tree.glob("share/postgresql/*.bki")):
        return
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted and not path.is_symlink():
            path.chmod(wanted)


def _let_search(account: Account, folder: Path) -> None:
    try:
        os.setxattr(folder, ACL, _with_search(account, folder))
    except (AttributeError, OSError):  # not Linux, or a file system without such entries
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


def _with_search(account: Account, folder: Path) -> bytes:
    """The folder's access-control list (acl(5), version 2 as the kernel keeps it) with one entry more."""
    mode = folder.stat().st_mode
    try:
        raw = os.getxattr(folder, ACL)
        entries = {(tag, number): bits for tag, bits, number in struct.iter_unpack("<HHI", raw[4:])}
    except OSError:
        entries = {
            (USER_OBJ, NO_ID): mode >> 6 & 7,
            (GROUP_OBJ, NO_ID): mode >> 3 & 7,
            (OTHER, NO_ID): mode & 7,
        }
    entries[USER, account.uid] = entries.get((USER, account.uid), 0) | SEARCH
    entries[MASK, NO_ID] = entries.get((MASK, NO_ID), entries[GROUP_OBJ, NO_ID]) | SEARCH
    lines = (struct.pack("<HHI", tag, bits, number) for (tag, number), bits in sorted(entries.items()))
    return struct.pack("<I", 2) + b"".join(lines)
