from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.accounts import queries
from app.accounts import service as accounts
from app.accounts.errors import (
    CredentialsWrong,
    SecondPersonIsTheFirst,
    SecondPersonRefused,
)
from app.accounts.models import TokenKind
from app.accounts.service import IDLE, LIFETIME, Credentials
from app.kernel.actor import Actor, Permission
from app.kernel.errors import Throttled
from tests.factories.cast import PASSWORD, Cast
from tests.racing import at_once

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def typed(username: str, password: str = PASSWORD, address: str = "10.0.0.1") -> Credentials:
    return Credentials(username=username, password=password, address=address)


def signed_in(session: Session, actor: Actor) -> Actor:
    found = queries.find_signed_in(session, actor.user_id)
    assert found is not None
    return found.actor


def test_a_township_clinic_acts_for_its_villages_and_a_village_only_for_itself(
    session: Session, cast: Cast
) -> None:
    may = {name: signed_in(session, actor).facility_ids for name, actor in cast.actors.items()}

    assert may["clinic"] == {cast.yudu.id, cast.village.id}
    assert may["village"] == {cast.village.id}
    assert may["pharmacist"] == {cast.central.id}


def test_the_cast_of_the_tests_is_who_it_is_when_signed_in(session: Session, cast: Cast) -> None:
    assert {name: signed_in(session, actor) for name, actor in cast.actors.items()} == cast.actors


def test_the_right_password_is_accepted_in_any_case_of_the_user_name(
    session: Session, cast: Cast
) -> None:
    assert accounts.check_credentials(session, typed("CLINIC")) == cast.actor("clinic").user_id


@pytest.mark.parametrize("given", [typed("nobody"), typed("clinic", "wrong password")])
def test_unknown_user_and_wrong_password_are_one_refusal(
    session: Session, cast: Cast, given: Credentials
) -> None:
    with pytest.raises(CredentialsWrong):
        accounts.check_credentials(session, given)


def test_a_page_session_ends_when_idle_and_at_the_end_of_the_day(
    session: Session, cast: Cast
) -> None:
    user_id = cast.actor("clinic").user_id
    token = accounts.issue_token(session, user_id, TokenKind.PAGE, now=NOW).text

    def alive(moment: datetime, kind: str = "page") -> bool:
        return accounts.authenticate(session, token, kind, now=moment) is not None

    assert alive(NOW)
    assert not alive(NOW, "api")
    assert not alive(NOW + IDLE)
    for hours in range(1, 12):
        assert alive(NOW + timedelta(hours=hours))
    assert not alive(NOW + LIFETIME)


def test_signing_out_ends_the_session(session: Session, cast: Cast) -> None:
    user_id = cast.actor("clinic").user_id
    token = accounts.issue_token(session, user_id, TokenKind.PAGE, now=NOW).text

    accounts.sign_out(session, token, now=NOW)

    assert accounts.authenticate(session, token, "page", now=NOW) is None


def test_guessing_is_braked_and_a_success_forgives(session: Session, cast: Cast) -> None:
    def fail(moment: datetime) -> int:
        return accounts.open_attempt(session, "clinic", "10.0.0.1", now=moment)

    for minute in range(4):
        fail(NOW + timedelta(minutes=minute))
    accounts.close_attempt(session, fail(NOW + timedelta(minutes=4)))
    for _ in range(5):
        fail(NOW + timedelta(minutes=5))

    with pytest.raises(Throttled):
        fail(NOW + timedelta(minutes=6))
    accounts.open_attempt(session, "clinic", "10.0.0.2", now=NOW + timedelta(minutes=6))
    fail(NOW + timedelta(minutes=21))


def test_of_sixteen_guesses_at_once_five_are_heard(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    def guess() -> bool:
        try:
            with rivals.begin() as session:
                accounts.open_attempt(session, "clinic", "10.0.0.1", now=NOW)
        except Throttled:
            return False
        return True

    assert sum(at_once(guess, rivals=16)) == 5


def test_a_second_person_signs_with_their_own_credential(session: Session, cast: Cast) -> None:
    second = sign(session, cast, "quality")

    assert second.user_id == cast.actor("quality").user_id


@pytest.mark.parametrize(
    ("username", "password", "refusal"),
    [
        ("quality", "wrong password", SecondPersonRefused),
        ("clinic", PASSWORD, SecondPersonRefused),
        ("pharmacist", PASSWORD, SecondPersonIsTheFirst),
    ],
)
def test_a_second_signature_is_refused(
    session: Session, cast: Cast, username: str, password: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        sign(session, cast, username, password)


def test_a_refused_second_signature_still_counts_for_the_brake(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    for _ in range(5):
        with pytest.raises(SecondPersonRefused), rivals.begin() as session:
            sign(session, racing_cast, "quality", "wrong password")

    with pytest.raises(Throttled), rivals.begin() as session:
        sign(session, racing_cast, "quality")


def sign(session: Session, cast: Cast, username: str, password: str = PASSWORD) -> Actor:
    return accounts.verify_second_person(
        session,
        typed(username, password),
        Permission.REQUISITION_COSIGN,
        first=cast.actor("pharmacist"),
        now=NOW,
    )
