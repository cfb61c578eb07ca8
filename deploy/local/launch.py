"""Tell the guard about this process, give up root if asked to, and become the program.

Run as `python -I -S launch.py GUARD_FD STOP_SIGNAL UID GID PROGRAM ...`. The process id stays the
same, so the guard knows of the program before its first instruction. Standard library only.
"""

import json
import os
import sys


def main(guard: int, stop_signal: int, uid: int, gid: int) -> None:
    """Register, drop privileges, and exec."""
    os.write(guard, json.dumps(["watch", os.getpid(), stop_signal]).encode() + b"\n")
    os.close(guard)
    os.umask(0o077)
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.execv(sys.argv[5], sys.argv[5:])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
