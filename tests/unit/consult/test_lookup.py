"""The same person is found however their name, number or address is written."""

import pytest
from google.type import date_pb2

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.consult.api.lookup import terms

BORN = date_pb2.Date(year=1990, month=2, day=3)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Zoë  Quillfeather ", "zoë quillfeather"),
        ("ZOË QUILLFEATHER", "Zoe\u0308 Quillfeather"),
        ("Straße", "STRASSE"),
    ],
)
def test_a_name_is_one_name(said: str, kept: str) -> None:
    wanted = pb.FindPatientsRequest(full_name=said, birth_date=BORN)
    identity = model_pb2.Identity(full_name=kept, birth_date=BORN)
    assert terms(wanted) == terms(identity)


def test_a_number_is_its_digits_and_an_address_has_no_case() -> None:
    one = model_pb2.Identity(phone_number="+44 (20) 7946-0123", email_address="A@B.example")
    two = pb.FindPatientsRequest(phone_number="442079460123", email_address=" a@b.EXAMPLE")
    assert terms(one) == terms(two) == ["phone\x00442079460123", "email\x00a@b.example"]


def test_a_name_counts_with_its_birth_date_alone() -> None:
    assert terms(model_pb2.Identity(full_name="Zoë")) == []
    assert terms(model_pb2.Identity(full_name="Zoë", birth_date=BORN)) == [
        "name+born\x00zoë\x001990-02-03"
    ]


def test_another_birth_date_is_another_person() -> None:
    other = date_pb2.Date(year=1990, month=3, day=2)
    one, two = (model_pb2.Identity(full_name="Zoë", birth_date=day) for day in (BORN, other))
    assert terms(one) != terms(two)
