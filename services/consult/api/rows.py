"""Rows of the reference data as they are shown: ingredients, schedules, questionnaires, rules."""

from collections.abc import Iterable, Sequence
from datetime import date

from mesoflow.clinical.v1 import protocol_pb2, suitability_pb2
from mesoflow.consult.v1 import model_pb2
from services.chassis.mapping import to_message, to_reply
from services.consult.api.days import day_message
from services.consult.domain.consultation.screening import (
    Condition,
    Questionnaire,
    QuestionnaireItem,
    SuitabilityRule,
)
from services.consult.domain.formulary.reference import Formulary, Ingredient
from services.consult.domain.formulary.schedules import Schedule
from services.consult.reference.loader import reference


def ingredient(row: Ingredient, formulary: Formulary) -> model_pb2.Ingredient:
    """Return a row with what it must not meet."""
    shown = to_reply(row, model_pb2.Ingredient)
    shown.incompatibilities.extend(incompatibilities(row.ingredient_code, formulary))
    return shown


def incompatibilities(code: str, formulary: Formulary) -> Iterable[model_pb2.Incompatibility]:
    """Yield what an ingredient must not meet, and why."""
    for row in formulary.incompatibilities:
        for other in set(row.ingredient_codes) - {code}:
            if code in row.ingredient_codes:
                yield model_pb2.Incompatibility(
                    ingredient_code=other,
                    effect_code=row.effect_code,
                    source_codes=row.source_codes,
                )


def ingredients(formulary: Formulary, wanted: str, goal: str, day: date) -> Sequence[Ingredient]:
    """Return the rows of a class and for a goal, or of any, that are in force on `day`."""
    return [
        row
        for row in formulary.in_force(day)
        if wanted in ("", row.ingredient_class.value)
        if goal in ("", *(each.value for each in row.goals))
    ]


def schedule(row: Schedule, day: date) -> model_pb2.ProtocolEntry:
    """Return a schedule with its windows as they are worked out on `day`."""
    shown = to_reply(row, model_pb2.ProtocolEntry)
    protocol = reference().schedules.on(day).protocol(row)
    shown.protocol.CopyFrom(to_message(protocol, protocol_pb2.Protocol))
    return shown


def newest_first(row: Questionnaire) -> str:
    """Return what questionnaires are sorted by."""
    return f"{(date.max - row.effective_from).days:07}/{row.version}"


def questionnaires(day: date | None, item_code: str) -> Sequence[Questionnaire]:
    """Return the versions that may be answered on `day` and ask an item; None and empty: all."""
    return [
        row
        for row in reference().questionnaires
        if day is None or row.in_force_on(day)
        if item_code in ("", *row.item_codes)
    ]


def questionnaire(row: Questionnaire, language: str) -> model_pb2.Questionnaire:
    """Return a questionnaire in a language."""
    return model_pb2.Questionnaire(
        questionnaire_version=row.version,
        items=[question(item, language) for item in row.items],
        effective_from=day_message(row.effective_from),
        effective_until=day_message(row.effective_until) if row.effective_until else None,
        signed_by_code=row.signed_by_code,
    )


def question(item: QuestionnaireItem, language: str) -> model_pb2.QuestionnaireItem:
    """Return an item in a language, or in that which it is a kind of: en for en-GB.

    One without words in it stands there by its code alone.
    """
    texts = item.texts
    return model_pb2.QuestionnaireItem(
        item_code=item.item_code,
        text=texts.get(language) or texts.get(language.partition("-")[0], ""),
        source_codes=item.source_codes,
    )


def rules_on(
    day: date, effect: str, topic_code: str, ingredient_code: str
) -> Sequence[SuitabilityRule]:
    """Return the rules of `day` with an effect, that watch a topic and keep an ingredient out.

    Empty is any.
    """
    return [
        row
        for row in reference().rules.on(day).rules
        if effect in ("", row.effect.value)
        if topic_code in ("", *topics_of(row))
        if ingredient_code in ("", *row.excluded_ingredient_codes)
    ]


def rule_id(row: SuitabilityRule) -> str:
    """Return what rules are sorted by."""
    return row.rule_id


def topics_of(row: SuitabilityRule) -> Sequence[str]:
    """Return the topics of all that a rule watches, also of what would silence it."""
    return [each.topic.value for each in (*row.watched, *row.unless)]


def rule(row: SuitabilityRule) -> model_pb2.SuitabilityRule:
    """Return a rule."""
    return model_pb2.SuitabilityRule(
        rule_id=row.rule_id,
        version=row.version,
        conditions=[condition(each) for each in row.watched],
        unless=[condition(each) for each in row.unless],
        effect=suitability_pb2.Suitability.Value(f"SUITABILITY_{row.effect.value}"),
        remedy_code=row.remedy_code,
        excluded_ingredient_codes=row.excluded_ingredient_codes,
        source_codes=row.source_codes,
        effective_from=day_message(row.effective_from),
        effective_until=day_message(row.effective_until) if row.effective_until else None,
        signed_by_code=row.signed_by_code,
    )


def condition(row: Condition) -> model_pb2.RuleCondition:
    """Return what a rule watches."""
    return model_pb2.RuleCondition(
        topic_code=row.topic.value, subject_code=row.subject, value_codes=row.values
    )
