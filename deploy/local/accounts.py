"""Which user runs PostgreSQL, and where on this machine that user may go.

PostgreSQL refuses to run as root. Then an unprivileged user that already exists runs it; none is
added, and no permission outside our own folder is touched.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")
# PostgreSQL keeps paths in 1,024 bytes and adds names of its own to the one it is given.
LONGEST_PATH = 700


class NoServerAccount(Exception):
    """Root needs an unprivileged user to run PostgreSQL, and this machine has none."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        return self.uid == os.geteuid()

    def owns(self, path: Path) -> None:
        """Give `path`, which is ours, to this user alone."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if not self.is_self:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this user may read `path`, and pass every folder above it."""
        if len(str(path)) > LONGEST_PATH:
            return False
        passes = all(self._may(parent, stat.S_IXOTH) for parent in path.parents)
        return passes and self._may(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0))

    def enters(self, folder: Path) -> bool:
        """Whether this user may work below `folder`, which need not be readable."""
        passed = (folder, *folder.parents)
        return len(str(folder)) <= LONGEST_PATH and all(
            self._may(parent, stat.S_IXOTH) for parent in passed
        )

    def _may(self, path: Path, wanted: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            wanted <<= 6
        elif found.st_gid == self.gid:
            wanted <<= 3
        return found.st_mode & wanted == wanted


def server_account(data: Path) -> Account:
    """Return the user that runs PostgreSQL over `data`: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise NoServerAccount(f"root needs one of the users {', '.join(CANDIDATES)} for PostgreSQL")
