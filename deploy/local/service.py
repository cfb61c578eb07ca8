"""One of the four services as a process: started, awaited by its health, killed, started again."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from deploy.local.guard import Guard
from deploy.local.ports import Port
from deploy.local.processes import Program, Running

ASK_SECONDS = 1.0
MIGRATE_SECONDS = 120
WAY_OUT = "`make clean` removes the stores of this clone, with all that is in them"


class MigrationFailed(Exception):
    """A service's migrations ended with an error."""


class Service:
    """A service of the stack; `start` may follow `stop` or `kill`, at the same address."""

    def __init__(self, name: str, state: Path, guard: Guard) -> None:
        """Reserve its address; nothing is started yet."""
        self.name = name
        self.port = guard.hold(Port())
        self._state, self._guard = state, guard
        self._running: Running | None = None

    @property
    def address(self) -> str:
        return self.port.address

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running is not None else None

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.alive

    @property
    def log(self) -> Path:
        return self._program({}).log

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it; `await_ready` tells when it serves."""
        self._running = Running(self._program(environment), self._guard)

    def await_ready(self) -> None:
        """Wait until it says that it serves."""
        assert self._running is not None
        with grpc.insecure_channel(self.address) as channel:
            self._running.until(lambda: _serves(channel))

    @property
    def serves(self) -> bool:
        """Whether it says now that it serves."""
        with grpc.insecure_channel(self.address) as channel:
            return _serves(channel)

    def stop(self) -> int | None:
        """Let it finish what it began, and return its exit code."""
        return self._running.stop() if self._running is not None else None

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._running is not None:
            self._running.kill()

    def _program(self, environment: Mapping[str, str]) -> Program:
        return Program(
            name=self.name,
            command=(sys.executable, "-m", f"services.{self.name}"),
            folder=self._state,
            environment=environment,
        )


def _serves(channel: grpc.Channel) -> bool:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    try:
        answer = check(HealthCheckRequest(), timeout=ASK_SECONDS)
    except grpc.RpcError:
        return False
    return bool(answer.status == HealthCheckResponse.SERVING)


def migrate(environments: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Run the migrations of several services side by side, each in its own environment."""
    started = [
        (
            name,
            subprocess.Popen(
                [sys.executable, "-m", f"services.{name}", "migrate"],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ),
        )
        for name, environment in environments
    ]
    said = [(name, process, process.communicate()[0]) for name, process in started]
    failed = [f"{name}:\n{output}" for name, process, output in said if process.returncode]
    if failed:
        raise MigrationFailed("\n".join([*failed, WAY_OUT]))
