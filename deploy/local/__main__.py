"""The commands of the local stack: `python -m deploy.local up|down|status|token|clean`."""

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import state
from deploy.local.accounts import NoServerAccount
from deploy.local.guard import gone
from deploy.local.issuer import EVERYDAY_ROLES, Issuer, Person
from deploy.local.postgres import Failed
from deploy.local.processes import NotReady
from deploy.local.service import MigrationFailed
from deploy.local.stack import Stack, kept_stack, signals_unwind

WATCH_SECONDS = 0.5
DOWN_SECONDS = 120
ADDRESSES = "addresses.json"
TOKEN_SECONDS = 12 * 3600
# What has a message that says enough; anything else is a fault of ours and shows where.
FAILURES = (state.Refused, NotReady, NoServerAccount, Failed, MigrationFailed)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run the whole system on this machine.",
)
console = Console(highlight=False)


@app.command()
def up() -> None:
    """Start everything, print where it is, and keep it running until Ctrl-C."""
    with signals_unwind(), kept_stack() as stack:
        with console.status("starting PostgreSQL, NATS and four services"):
            stack.start()
        _show(stack)
        _show_token(stack.issuer)
        try:
            _keep(stack)
        finally:
            console.print("stopping")


@app.command()
def down() -> None:
    """Stop what `up` started in another shell, and wait until it is gone."""
    running = state.holder()
    if running is None:
        console.print("nothing is running")
        return
    running.terminate()
    if not gone([running], DOWN_SECONDS):
        raise state.Refused(f"process {running.pid} did not stop")
    console.print("stopped")


@app.command()
def status() -> None:
    """Say whether the stack runs; exit 1 when it does not."""
    running = state.holder()
    console.print(f"running, process {running.pid}" if running else "nothing is running")
    raise typer.Exit(0 if running else 1)


@app.command()
def token(
    role: Annotated[list[str] | None, typer.Option(help="may be given several times")] = None,
    chain: Annotated[str | None, typer.Option(help="the development chain unless given")] = None,
    clinic: Annotated[list[str] | None, typer.Option(help="every clinic unless given")] = None,
    practitioner: Annotated[str | None, typer.Option(help="a practitioner's id")] = None,
    ttl_seconds: Annotated[float, typer.Option()] = TOKEN_SECONDS,
) -> None:
    """Print a token that the services of this clone accept."""
    issuer = Issuer(state.location() / "issuer")
    person = Person(
        sub="developer",
        chain=chain or issuer.chain,
        roles=tuple(role or EVERYDAY_ROLES),
        clinics=tuple(clinic or ()),
        practitioner_id=practitioner,
    )
    print(issuer.issue(person, ttl_seconds=ttl_seconds))


@app.command()
def address(service: str) -> None:
    """Print where a service of the running stack is."""
    kept = state.location() / ADDRESSES
    if state.holder() is None or not kept.exists():
        raise state.Refused("nothing is running; `make up` starts it")
    print(json.loads(kept.read_text())[service])


@app.command()
def clean() -> None:
    """Stop the stack and remove its data."""
    down()
    state.remove()


def _keep(stack: Stack) -> None:
    """Watch over the stack as an orchestrator would: a service that ends is started again."""
    while stack.postgres.alive and stack.nats.alive:
        for name, service in stack.services.items():
            if not service.alive:
                console.print(f"{name} ended; starting it again ({service.log})", soft_wrap=True)
                stack.start_services(name)
        time.sleep(WATCH_SECONDS)
    raise NotReady(f"PostgreSQL or NATS ended; see {stack.folder / 'logs'}")


def _show(stack: Stack) -> None:
    addresses = {name: service.address for name, service in stack.services.items()}
    (stack.folder / ADDRESSES).write_text(json.dumps(addresses))
    table = Table("what", "where", box=None)
    for name, service in stack.services.items():
        table.add_row(name, service.address)
    table.add_row("postgres", stack.postgres.port.address)
    table.add_row("nats", stack.nats.port.address)
    table.add_row("monitor of nats", f"http://{stack.nats.monitor.address}")
    table.add_row("logs", str(stack.folder / "logs"))
    console.print(table)


def _show_token(issuer: Issuer) -> None:
    person = Person(sub="developer", chain=issuer.chain, roles=EVERYDAY_ROLES)
    console.print(
        f"\nchain {issuer.chain}; a token for {', '.join(EVERYDAY_ROLES)}:", soft_wrap=True
    )
    # A token is copied: it must be one line, however narrow the terminal is.
    print(issuer.issue(person, ttl_seconds=TOKEN_SECONDS), flush=True)
    console.print("\nCtrl-C, or `make down` in another shell, stops it.")


if __name__ == "__main__":
    try:
        app()
    except FAILURES as refusal:
        sys.exit(str(refusal))
