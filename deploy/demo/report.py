"""What people read: progress, a table of patients, problems and differences. Ids, never names."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.demo.answers import Answers, Said
from deploy.demo.expected import TREATED
from deploy.demo.records import Records
from deploy.demo.refusals import Refused
from deploy.demo.treatment import Treatment
from mesoflow.clinical.v1.suitability_pb2 import Suitability
from mesoflow.consult.v1.model_pb2 import CocktailCheck

# With more patients than this, only the end of each journey is told while it goes on.
EACH_STEP_UP_TO = 6
SEVERAL = 3
PASSED = "PASSED"


class Report:
    """Writes to a console as the demo goes on."""

    def __init__(self, console: Console, patients: int) -> None:
        """Tell of every step where there are few patients."""
        self._console, self._each_step = console, patients <= EACH_STEP_UP_TO

    def tell(self, treatment: Treatment, step: str) -> None:
        """Tell of a step that is done, where there are few patients; of the end, always."""
        if self._each_step or not step:
            self.tell_each(treatment, step)

    def tell_each(self, treatment: Treatment, step: str) -> None:
        """Tell of a step that is done, or of the end of a stretch where `step` is empty."""
        what = escape(step) if step else f"[bold]{end_of(treatment)}[/]"
        self._console.print(f"{escape(treatment.reference)} {what}")

    def problems(self, records: Records) -> None:
        """Say what was not read, and why."""
        for each in records.problems:
            where, detail = escape(each.where), escape(each.detail)
            self._console.print(f"[yellow]not read[/] {where}: {each.reason}, {detail}")
        if records.ignored:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(records.ignored.items()))
            self._console.print(f"passed over: {escape(listed)}")

    def scripted(self, answers: Answers) -> None:
        """Say what does not come from the records: once for all, the rest with each patient."""
        self._console.print("\n[bold]scripted[/] (answers.json) for every patient, unless said:")
        for line in lines(answers.everyone):
            self._console.print(f"  {escape(line)}")
        self._console.print("scripted for the chain:")
        for line in lines(answers.chain):
            self._console.print(f"  {escape(line)}")

    def table(self, treatments: Sequence[Treatment]) -> None:
        """Show every patient: what happened, why anything was refused, what was scripted."""
        table = Table("patient", "what happened", show_lines=True)
        table.columns[0].overflow = table.columns[1].overflow = "fold"
        for each in treatments:
            ended = f"{escape(each.reference)}\n[bold]{end_of(each)}[/]"
            table.add_row(ended, escape("\n".join(what_happened(each))))
        self._console.print(table)

    def differences(self, found: Sequence[str]) -> None:
        """Say what is not as it must be."""
        for line in found:
            self._console.print(f"[red]differs[/] {escape(line)}")


def what_happened(treatment: Treatment) -> list[str]:
    """Return what is told of one patient, in lines."""
    last = treatment.done[-1] if treatment.done else "nothing"
    return [
        f"id {treatment.patient_id or 'none'}",
        f"{len(treatment.done)} steps done, last: {last}",
        *why(treatment),
        *(f"scripted {line}" for line in lines(treatment.scripted.own)),
        *several(treatment.record.notes),
    ]


def why(treatment: Treatment) -> list[str]:
    """Return why anything was refused: the reason, what stands in the way, the rules."""
    told = [treatment.failed] if treatment.failed else []
    if treatment.refused is not None:
        told += _refusal(*treatment.refused)
    if treatment.held is not None:
        told += _refusal("second session", treatment.held)
    if treatment.assessment is not None:
        told.append(f"suitability {suitability_of(treatment.assessment.suitability)}")
        told += [
            f"rule {rule.rule_id}: {suitability_of(rule.effect)}"
            for rule in treatment.assessment.fired_rules
            if not any(rule.rule_id in line for line in told)
        ]
    return told + checked(treatment.checks, told)


def suitability_of(said: Suitability.ValueType) -> str:
    return Suitability.Name(said).removeprefix("SUITABILITY_")


def checked(checks: Sequence[CocktailCheck], told: Sequence[str]) -> list[str]:
    """Return what a cocktail failed, with its figures, where it is not told; how much it passed."""
    failed = [each for each in checks if each.verdict_code != PASSED]
    lines_of = [
        f"check {each.rule_code} {each.subject_code}: {each.verdict_code}, {each.arithmetic}"
        for each in failed
        if not any(f"{each.rule_code} {each.subject_code} " in line for line in told)
    ]
    count = len(checks) - len(failed)
    return [*lines_of, f"checks of the cocktail passed: {count}"] if checks else []


def _refusal(step: str, refusal: Refused) -> list[str]:
    unmet = [f"  {v.kind} {v.subject} {v.description}".rstrip() for v in refusal.violations]
    return [f"{step}: refused {refusal.reason}", *unmet]


def end_of(treatment: Treatment) -> str:
    """Return how a journey ended, in a word or two."""
    if treatment.failed:
        return "FAILED"
    if treatment.refused is not None:
        return f"refused {treatment.refused[1].reason}"
    return TREATED if treatment.session_ids else "under way"


def lines(said: Said, under: str = "") -> list[str]:
    """Return what an object of the answers file says, a line for each value."""
    told: list[str] = []
    for name, value in said.items():
        path = f"{under}{name}"
        if isinstance(value, dict) and not _leaf(value):
            told += lines(value, f"{path}.")
        else:
            told.append(f"{path}: {_value(value)}")
    return told


def _leaf(value: Mapping[str, object]) -> bool:
    """Whether an object is shown on one line: one whose values are all the same, or all plain."""
    plain = not any(isinstance(each, dict | list) for each in value.values())
    return plain and (len(value) <= SEVERAL or len(set(map(str, value.values()))) == 1)


def _value(value: object) -> str:
    match value:
        case dict() if len(value) > SEVERAL:
            return f"{next(iter(value.values()))} for all {len(value)}"
        case dict():
            return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
        case list():
            return "; ".join(_value(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def several(notes: Sequence[str]) -> list[str]:
    """Return notes with the same end put together."""
    kept = Counter(note.partition(": ")[2] for note in notes if ": " in note)
    many = {end for end, count in kept.items() if count > SEVERAL}
    return [
        *(note for note in notes if note.partition(": ")[2] not in many),
        *(f"{kept[end]} entries left out: {end}" for end in sorted(many)),
    ]
