"""Free TCP ports on the loopback address."""

import random
import socket

HOST = "127.0.0.1"
# Below what Linux and macOS hand to outgoing connections: a client that keeps knocking at a server
# which is down could otherwise be given that very port and end up talking to itself.
PORTS = range(20_000, 32_000)


class Port:
    """A port nobody listens on, held for this process until it ends.

    The UDP port of the same number is kept bound: it reserves the number between several runs on
    one machine, leaves TCP to the server, and needs no file that could go stale.
    """

    def __init__(self) -> None:
        """Find and reserve one."""
        for number in random.sample(PORTS, len(PORTS)):
            held = _bound(socket.SOCK_DGRAM, number)
            if held is None:
                continue
            probe = _bound(socket.SOCK_STREAM, number)
            if probe is not None:
                probe.close()
                self.number, self._held = number, held
                return
            held.close()
        raise OSError(f"no free port between {PORTS.start} and {PORTS.stop}")

    @property
    def address(self) -> str:
        return f"{HOST}:{self.number}"

    def close(self) -> None:
        """Let others have the number."""
        self._held.close()


def _bound(kind: socket.SocketKind, number: int) -> socket.socket | None:
    found = socket.socket(socket.AF_INET, kind)
    try:
        found.bind((HOST, number))
    except OSError:
        found.close()
        return None
    return found
