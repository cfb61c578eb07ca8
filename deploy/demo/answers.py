"""What records do not say, out of the answers file: every value is printed as `scripted`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from mesoflow.billing.v1.service_pb2 import PublishPriceListRequest
from mesoflow.clinical.v1.cocktail_pb2 import Cocktail, Goal
from mesoflow.clinical.v1.diagnosis_pb2 import Findings
from mesoflow.clinical.v1.outcome_pb2 import AssessorKind, Outcome
from mesoflow.clinical.v1.patient_pb2 import History, PregnancyPotential
from mesoflow.clinical.v1.scalp_pb2 import Injection
from mesoflow.clinical.v1.suitability_pb2 import Suitability
from mesoflow.consult.v1.service_pb2 import (
    AnswerScreeningRequest,
    OpenClinicRequest,
    ReviewSuitabilityRequest,
    SignPolicyRequest,
)
from mesoflow.sessions.v1.service_pb2 import ReportReactionRequest

ANSWERS = Path(__file__).with_name("answers.json")
MessageT = TypeVar("MessageT", bound=Message)
Said: TypeAlias = Mapping[str, object]


class AnswersInvalid(Exception):
    """The answers file does not say what it must; the message says where."""


class Scripted:
    """The answers for one patient: those for everyone, with the patient's own laid over them.

    Values are in the JSON form of the schema's own messages, so what is meant is what is sent.
    """

    def __init__(self, said: Said, own: Said) -> None:
        """Take everything that is said, and what of it is this patient's own."""
        self._said, self.own = said, own

    @property
    def pregnancy_potential(self) -> PregnancyPotential.ValueType:
        return PregnancyPotential.Value(self._text("pregnancy_potential"))

    @property
    def history(self) -> History:
        """Return the answers that belong to the history; its codes come from the records."""
        return self._message("history", History())

    @property
    def findings(self) -> Findings:
        return self._message("findings", Findings())

    @property
    def screening(self) -> AnswerScreeningRequest:
        """Return the questionnaire's version and each item's answer."""
        said = self._part("screening")
        answers = said.get("answers")
        if not isinstance(answers, dict):
            raise AnswersInvalid("screening.answers is no object")
        listed = [{"item_code": item, "answer": answer} for item, answer in answers.items()]
        return _parsed("screening", {**said, "answers": listed}, AnswerScreeningRequest())

    @property
    def goals(self) -> list[Goal.ValueType]:
        said = self._part("plan").get("goals")
        return [Goal.Value(str(goal)) for goal in said] if isinstance(said, list) else []

    @property
    def protocol_code(self) -> str:
        return str(self._part("plan").get("protocol_code", ""))

    @property
    def cocktail(self) -> Cocktail:
        return _parsed("plan.cocktail", self._part("plan").get("cocktail"), Cocktail())

    @property
    def language(self) -> str:
        return self._text("language")

    @property
    def product_code(self) -> str:
        return str(self._part("lot").get("product_code", ""))

    @property
    def lot_good_for_days(self) -> int:
        return int(str(self._part("lot").get("good_for_days", 0)))

    @property
    def session_minutes(self) -> int:
        return int(str(self._part("session").get("duration_minutes", 0)))

    @property
    def injection(self) -> Injection:
        return self._message("injection", Injection())

    @property
    def outcome(self) -> Outcome:
        return _parsed("outcome.measured", self._part("outcome").get("measured"), Outcome())

    @property
    def assessor(self) -> AssessorKind.ValueType:
        return AssessorKind.Value(str(self._part("outcome").get("assessor")))

    @property
    def reaction(self) -> ReportReactionRequest:
        return self._message("reaction", ReportReactionRequest())

    @property
    def expected(self) -> str:
        """Return how this patient's journey must end, or "" where only the records can say."""
        return str(self._said.get("expected", ""))

    @property
    def expected_suitability(self) -> Suitability.ValueType:
        """Return what the rules must say; unspecified where only the records can say."""
        said = self._said.get("expected_suitability", "UNSPECIFIED")
        return Suitability.Value(f"SUITABILITY_{said}")

    @property
    def review(self) -> ReviewSuitabilityRequest | None:
        """Return what a physician decides where the rules leave it to one; None if nothing is."""
        said = self._said.get("review")
        return None if said is None else _parsed("review", said, ReviewSuitabilityRequest())

    def check(self) -> None:
        """Raise AnswersInvalid for what cannot be sent."""
        try:
            for name in vars(Scripted):
                if isinstance(vars(Scripted)[name], property):
                    getattr(self, name)
        except ValueError as error:
            raise AnswersInvalid(str(error)) from None

    def _part(self, name: str) -> Said:
        value = self._said.get(name)
        if not isinstance(value, dict):
            raise AnswersInvalid(f"{name} is no object")
        return value

    def _text(self, name: str) -> str:
        return str(self._said.get(name, ""))

    def _message(self, name: str, message: MessageT) -> MessageT:
        return _parsed(name, self._part(name), message)


class Answers:
    """The answers file."""

    def __init__(self, said: Said) -> None:
        """Take the file's content; raise AnswersInvalid where it cannot be used."""
        self._said = said
        self.chain = self._part("chain")
        self.everyone, self._patients = self._part("everyone"), self._part("patients")
        for reference in ("", *self._patients):
            self.of(reference).check()
        _ = self.clinic, self.price_list, self.licence_days, self.policy

    def of(self, reference: str) -> Scripted:
        """Return what is scripted for the patient that goes by `reference` in the records."""
        own = self._patients.get(reference, {})
        if not isinstance(own, dict):
            raise AnswersInvalid(f"patients.{reference} is no object")
        return Scripted(merged(self.everyone, own), own)

    @property
    def clinic(self) -> OpenClinicRequest:
        return _parsed("chain.clinic", self.chain.get("clinic"), OpenClinicRequest())

    @property
    def price_list(self) -> PublishPriceListRequest:
        return _parsed("chain.price_list", self.chain.get("price_list"), PublishPriceListRequest())

    @property
    def policy(self) -> SignPolicyRequest:
        """Return the numbers that no source gives, as the chain signs them."""
        return _parsed("chain", {"policy": self.chain.get("policy")}, SignPolicyRequest())

    @property
    def licence_days(self) -> int:
        return int(str(self.chain.get("licence_days", 0)))

    def _part(self, name: str) -> Said:
        value = self._said.get(name)
        if not isinstance(value, dict):
            raise AnswersInvalid(f"{name} is no object")
        return value


def kept_answers(path: Path = ANSWERS) -> Answers:
    """Return the answers file, checked."""
    try:
        said = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise AnswersInvalid(f"{path.name} cannot be read: {error}") from None
    if not isinstance(said, dict):
        raise AnswersInvalid(f"{path.name} is no object")
    return Answers(said)


def merged(everyone: Said, own: Said) -> Said:
    """Return `everyone` with `own` laid over it, object by object."""
    laid = dict(everyone)
    for name, value in own.items():
        match laid.get(name), value:
            case dict() as under, dict() as over:
                laid[name] = merged(under, over)
            case _:
                laid[name] = value
    return laid


def _parsed(name: str, said: object, message: MessageT) -> MessageT:
    if not isinstance(said, dict):
        raise AnswersInvalid(f"{name} is no object")
    try:
        return ParseDict(said, message)
    except ParseError as error:
        raise AnswersInvalid(f"{name}: {error}") from None
