"""Configuration is read once, here, into one frozen object."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Environment = Literal["development", "production"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every service needs. Urls of the store differ by role; see deploy/."""

    service: str
    environment: Environment
    address: str
    database_url: str
    relay_url: str
    clock_url: str
    owner_url: str
    nats_url: str
    jwks_url: str
    state_dir: Path
    neighbours: Mapping[str, str]
    otlp_endpoint: str | None
    trace_ratio: float

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @classmethod
    def read(
        cls, service: str, neighbours: tuple[str, ...] = (), environ: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Read the environment of `service`; report every missing name at once."""
        reading = _Reading(environ)
        own = f"MESOFLOW_{service.upper()}"
        database_url = reading.required(f"{own}_DATABASE_URL")
        environment = reading.required("MESOFLOW_ENV")
        settings = cls(
            service=service,
            environment="development" if environment == "development" else "production",
            address=reading.required(f"{own}_ADDRESS"),
            database_url=database_url,
            relay_url=environ.get(f"{own}_RELAY_URL", database_url),
            clock_url=environ.get(f"{own}_CLOCK_URL", database_url),
            owner_url=environ.get(f"{own}_OWNER_URL", database_url),
            nats_url=reading.required("MESOFLOW_NATS_URL"),
            jwks_url=reading.required("MESOFLOW_JWKS_URL"),
            state_dir=Path(reading.required("MESOFLOW_STATE_DIR")),
            neighbours={
                name: reading.required(f"MESOFLOW_{name.upper()}_ADDRESS") for name in neighbours
            },
            otlp_endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
            trace_ratio=float(environ.get("OTEL_TRACES_SAMPLER_ARG", "1.0")),
        )
        reading.finish(environment)
        return settings


class _Reading:
    """Collects what is missing instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._missing: list[str] = []

    def required(self, name: str) -> str:
        value = self._environ.get(name, "")
        if not value:
            self._missing.append(name)
        return value

    def finish(self, environment: str) -> None:
        """Raise LookupError naming everything that is missing or wrong."""
        if self._missing:
            raise LookupError(f"missing environment: {', '.join(self._missing)}")
        if environment not in ("development", "production"):
            raise LookupError(f"MESOFLOW_ENV is {environment!r}: development or production")
