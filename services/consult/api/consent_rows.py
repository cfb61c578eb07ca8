"""The words of which consents are made, sentence by sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from mesoflow.consult.v1 import model_pb2
from services.consult.domain.plan.consent_text import ConsentTexts, PhotoTexts, Statement

Sentence = model_pb2.ConsentSentence
Part = model_pb2.ConsentPart


def sentences_of(
    texts: ConsentTexts, part: model_pb2.ConsentPart.ValueType, subject_code: str
) -> Sequence[Sentence]:
    """Return the sentences of a part and about something; unspecified and empty are all."""
    return [
        row
        for row in sentences(texts)
        if part in (Part.CONSENT_PART_UNSPECIFIED, row.part)
        if subject_code in ("", row.subject_code)
    ]


def sentences(texts: ConsentTexts) -> Iterator[Sentence]:
    """Yield every sentence of which consents in one language are made."""
    yield Sentence(part=Part.CONSENT_PART_TITLE, number=1, text=texts.title)
    for part, words in (
        (Part.CONSENT_PART_HEADING, texts.headings),
        (Part.CONSENT_PART_LINE, texts.lines),
    ):
        named = ((each.name, getattr(words, each.name)) for each in fields(words))
        yield from (Sentence(part=part, subject_code=n, number=1, text=t) for n, t in named if t)
    for part, by_code in (
        (Part.CONSENT_PART_GOAL, texts.goals),
        (Part.CONSENT_PART_PREPARATION, texts.preparations),
        (Part.CONSENT_PART_STATUS, texts.statuses),
        (Part.CONSENT_PART_EVIDENCE, texts.evidence),
    ):
        for code, text in by_code.items():
            yield Sentence(part=part, subject_code=code.value, number=1, text=text)
    for ingredient_code, known in texts.ingredients.items():
        yield from said(Part.CONSENT_PART_INGREDIENT_RISK, ingredient_code, known.risks)
        yield from said(Part.CONSENT_PART_INGREDIENT_FIGURE, ingredient_code, known.figures)
    yield from said(Part.CONSENT_PART_EXPECTATION, "", texts.expectations)
    yield from said(Part.CONSENT_PART_RISK, "", texts.risks)
    yield from said(Part.CONSENT_PART_ALTERNATIVE, "", texts.alternatives)
    yield from said(Part.CONSENT_PART_RIGHT, "", texts.rights)
    if texts.photo is not None:
        yield from photo_sentences(texts.photo)


def photo_sentences(photo: PhotoTexts) -> Iterator[Sentence]:
    """Yield the sentences of the photo consent."""
    yield Sentence(part=Part.CONSENT_PART_PHOTO_TITLE, number=1, text=photo.title)
    for purpose, text in photo.purposes.items():
        yield Sentence(
            part=Part.CONSENT_PART_PHOTO_PURPOSE, subject_code=purpose.value, number=1, text=text
        )
    yield from said(Part.CONSENT_PART_PHOTO_RIGHT, "", photo.rights)


def said(
    part: model_pb2.ConsentPart.ValueType, subject_code: str, statements: Sequence[Statement]
) -> Iterator[Sentence]:
    """Yield the statements of a part about one thing, each with its sources."""
    for number, each in enumerate(statements, start=1):
        yield Sentence(
            part=part,
            subject_code=subject_code,
            number=number,
            text=each.text,
            source_codes=each.source_codes,
        )


def sentence_code(row: Sentence) -> str:
    """Return what sentences are sorted by: their part, what they are about, their place."""
    return f"{row.part:03}/{row.subject_code}/{row.number:05}"
