"""Codes beside the book, on the page, for programs, and on the command line."""

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.traceability.models import Unit
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.packs import pack_code, received
from tests.factories.stock import a_lot, an_item


def test_a_difference_is_shown_with_its_code_and_a_way_to_count(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    clinic = cast.actor("clinic")
    item = an_item(session, coded=True)
    received(session, clinic, a_lot(session, item), item)
    session.execute(update(Unit).where(Unit.code == pack_code(3)).values(consumed=5))
    session.commit()

    told = client_as("clinic").post("/api/v1/reconciliations", json={})
    page = client_as("clinic").get("/reconciliation").text
    rows = client_as("clinic").get("/api/v1/code-differences").json
    elsewhere = client_as("clinic2").get("/api/v1/code-differences").json

    assert told.status_code == 201
    assert (told.json or {})["differing"] == 1
    assert (rows or {})["rows"][0]["difference"] == -5
    assert pack_code(3) in page
    assert "/counting" in page
    assert (elsewhere or {})["rows"] == []


def test_before_anything_was_compared_the_page_claims_nothing(client_as: ClientAs) -> None:
    page = client_as("clinic").get("/reconciliation").text

    assert "尚未核对" in page
    assert "100.00" not in page
    assert "账码全部相符" not in page


def test_the_command_names_what_differs_and_fails(session: Session, cast: Cast, app: Flask) -> None:
    clinic = cast.actor("clinic")
    item = an_item(session, coded=True)
    received(session, clinic, a_lot(session, item), item)
    session.commit()

    proven = app.test_cli_runner().invoke(args=["reconcile-codes"])
    session.execute(update(Unit).where(Unit.code == pack_code(1)).values(consumed=1))
    session.commit()
    broken = app.test_cli_runner().invoke(args=["reconcile-codes"])

    assert proven.exit_code == 0
    assert "0 differences among 1 places and lots, 4 packs, 96 base units" in proven.output
    assert broken.exit_code == 1
    assert f"content: {pack_code(1)}" in broken.output
