"""`make demo`: start everything, treat patients through gRPC alone, and prove the end state."""

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.answers import ANSWERS, Answers, AnswersInvalid, kept_answers
from deploy.demo.client import connected
from deploy.demo.fhir import read
from deploy.demo.files import Unreadable
from deploy.demo.records import Records
from deploy.demo.refusals import Refused
from deploy.demo.report import Report
from deploy.demo.setting import set_up
from deploy.demo.treating import differences, harm, treat
from deploy.local.__main__ import FAILURES
from deploy.local.stack import Stack, fresh_stack, run_unwound, signals_unwind
from deploy.local.state import state_folder

SAMPLE = Path(__file__).with_name("sample.json")
WRONG, UNUSABLE = 1, 2

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)


@app.command()
def demo(
    patients: Annotated[
        Path, typer.Argument(help="a FHIR R4 bundle, or a folder of resources")
    ] = SAMPLE,
    answers: Annotated[Path, typer.Option(help="what the records do not say")] = ANSWERS,
) -> None:
    """Treat patients through four real services, and exit 0 only if the end state is right."""
    began = time.monotonic()
    try:
        records, scripted = read(patients), kept_answers(answers)
    except (Unreadable, AnswersInvalid) as refusal:
        console.print(str(refusal), markup=False)
        raise typer.Exit(UNUSABLE) from None
    report = Report(console, len(records.patients))
    report.problems(records)
    if not records.patients:
        console.print("no patient could be read")
        raise typer.Exit(UNUSABLE)
    with signals_unwind(), fresh_stack() as stack:
        with console.status("starting PostgreSQL, NATS and four services"):
            stack.start()
        console.print(f"four services serve after {time.monotonic() - began:.1f} s")
        found = run_unwound(run(stack, records, scripted, report))
        if found:
            _keep_logs(stack)
    seconds = time.monotonic() - began
    verdict = f"{len(found)} differences" if found else "the end state is right"
    console.print(f"{len(records.patients)} patients in {seconds:.1f} s: {verdict}")
    raise typer.Exit(WRONG if found else 0)


async def run(stack: Stack, records: Records, answers: Answers, report: Report) -> list[str]:
    """Treat the patients on a stack that runs; return in what its end state is not right."""
    addresses = {name: each.address for name, each in stack.services.items()}
    async with connected(addresses, stack.issuer, stack.issuer.chain) as client:
        try:
            setting = await set_up(client, answers)
            treatments = await treat(client, setting, answers, records.patients, report.tell)
            if await harm(treatments, report.tell_each) is None:
                console.print("nobody was treated, so nobody could come to harm")
            report.scripted(answers)
            report.table(treatments)
            found = await differences(client, treatments)
        except Refused as refusal:
            found = [f"a call that nothing should refuse: {refusal}"]
    report.differences(found)
    return found


def _keep_logs(stack: Stack) -> None:
    """Keep what the services wrote: the stack's own folder is gone in a moment."""
    kept = state_folder() / "demo-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stack.folder / "logs", kept)
    console.print(f"logs: {kept}", markup=False)


if __name__ == "__main__":
    try:
        app()
    except FAILURES as refusal:
        sys.exit(str(refusal))
