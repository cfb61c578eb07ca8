"""A nats-server of our own, on the loopback address, that syncs before it acknowledges."""

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local.binaries import nats_server
from deploy.local.guard import Guard
from deploy.local.ports import Port
from deploy.local.processes import Program, Running
from deploy.local.secrets import kept_secrets, write_private

USER = "mesoflow"
MOST_STORED_BYTES = 8 * 1024**3
ASK_SECONDS = 1.0
CONFIGURATION = """\
server_name: mesoflow-local
listen: "{address}"
http: "{monitor}"
max_payload: 1MB
authorization {{ user: {user}, password: {password} }}
# nats-py reads acknowledgement subjects of the first shape only.
feature_flags {{ js_ack_fc_v2: false }}
jetstream {{
  store_dir: {store}
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: {most}
}}
"""


class Nats:
    """One server in the folder `state`; `start` may follow `stop` or `kill`, on the same port."""

    def __init__(self, state: Path, guard: Guard) -> None:
        """Reserve its ports; nothing is started yet."""
        self.folder = state / "nats"
        self.store = self.folder / "jetstream"
        self.port, self.monitor = guard.hold(Port()), guard.hold(Port())
        self._state, self._guard = state, guard
        self._password = kept_secrets(state)["nats"]
        self._running: Running | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"nats://{USER}:{self._password}@{self.port.address}"

    def start(self) -> None:
        """Start it and wait until JetStream answers."""
        self.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.folder / "nats.conf", self._configuration())
        program = Program(
            name="nats",
            command=(str(nats_server()), "-c", str(self.folder / "nats.conf")),
            folder=self._state,
        )
        self._running = Running(program, self._guard)
        self._running.until(self._answers)

    def stop(self) -> None:
        """Shut it down in order."""
        if self._running is not None:
            self._running.stop()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._running is not None:
            self._running.kill()

    def wipe(self) -> None:
        """Remove everything it stored; it must not be running."""
        assert not self.alive
        shutil.rmtree(self.store)

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.alive

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running is not None else None

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            address=self.port.address,
            monitor=self.monitor.address,
            user=USER,
            password=json.dumps(self._password),
            store=json.dumps(str(self.store)),
            most=min(MOST_STORED_BYTES, shutil.disk_usage(self.folder).free // 2),
        )

    def _answers(self) -> bool:
        # Plain /healthz says ok even when JetStream has switched itself off.
        asked = f"http://{self.monitor.address}/healthz?js-enabled-only=true"
        try:
            with urllib.request.urlopen(asked, timeout=ASK_SECONDS) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
