"""A tote before the wrong door stays there only once the centre has redirected it (改送)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fulfilment import service as fulfilment
from app.fulfilment.errors import ToteStateChanged
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.rules import Compartment
from app.fulfilment.service import ScanPick
from app.inventory import service as inventory
from app.kernel.local_time import local_day
from app.kernel.signing import Printed, Signer
from app.reconciliation import service as reconciliation
from app.traceability.rules.contents import own_link
from tests.conftest import SECRET, ClientAs
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, received
from tests.factories.requisitions import (
    a_key,
    a_vehicle,
    an_approved_requisition,
    handed_over,
    sealed,
    task_of,
)
from tests.factories.stock import NOW, a_lot, an_item
from tests.misuse import Leaves, told

REDIRECTS = "/api/v1/redirects"
CONFIRM = "/api/v1/receipts"


@pytest.fixture
def tote(session: Session, cast: Cast) -> Tote:
    """A carton for Yudu, handed over, but at Yanchang's door."""
    keeper, item = cast.actor("storekeeper"), an_item(session, coded=True)
    received(session, keeper, a_lot(session, item), item)
    asked = an_approved_requisition(session, cast, {item: 96})
    task = task_of(session, asked).reference
    scan = ScanPick(task=task, code=CARTON, key=a_key())
    fulfilment.pick_scanned(session, keeper, scan, now=NOW)
    fulfilment.finish(session, keeper, task, now=NOW)
    found = handed_over(session, cast, sealed(session, cast, asked)[0])
    session.commit()
    return found


def test_10_the_centre_redirects_and_only_then_the_finder_confirms(
    client_as: ClientAs, session: Session, tote: Tote, leaves: Leaves
) -> None:
    finder, centre = client_as("clinic2"), client_as("pharmacist")
    asking = {"tote_code": tote.code, "reason": "司机卸错，道路中断"}
    with leaves():
        assert told(finder.post(CONFIRM, json={"tote_code": tote.code})) == (
            409,
            "wrong-destination",
        )
    with leaves("tote_redirect", "number_series"):
        asked = finder.post(REDIRECTS, json=asking).json or {}
    with leaves():
        assert told(finder.post(REDIRECTS, json=asking)) == (409, "redirect-open")
        assert told(finder.post(CONFIRM, json={"tote_code": tote.code}))[1] == "wrong-destination"
        path = f"{REDIRECTS}/{asked['reference']}/decide"
        ruling = {"approve": True, "reason": "路断，留用"}
        assert finder.post(path, json=ruling).status_code == 403
        assert told(centre.post(path, json={**ruling, "reason": " "}))[0] == 422

    decided = centre.post(path, json=ruling)

    assert (decided.status_code, (decided.json or {})["approved"]) == (200, True)
    with leaves():
        assert told(centre.post(path, json=ruling)) == (409, "redirect-decided")
        assert told(client_as("clinic").post(CONFIRM, json={"tote_code": tote.code})) == (
            409,
            "wrong-destination",
        )
    assert finder.post(CONFIRM, json={"tote_code": tote.code}).status_code == 201
    assert inventory.prove(session) == []
    assert not reconciliation.reconcile(session, now=NOW).differing
    listed = client_as("clinic").get(f"{REDIRECTS}?all=true").json or {}
    assert [row["turned_up_at"] for row in listed["rows"]] == ["盐场镇"]
    assert (client_as("outsider").get(f"{REDIRECTS}?all=true").json or {})["rows"] == []


def test_10_a_refused_redirect_changes_nothing_but_its_answer(
    client_as: ClientAs, tote: Tote, leaves: Leaves
) -> None:
    asking = {"tote_code": tote.code, "reason": "卸错"}
    asked = client_as("clinic2").post(REDIRECTS, json=asking).json or {}
    with leaves("tote_redirect", "history"):
        refused = client_as("pharmacist").post(
            f"/redirects/{asked['reference']}", data={"approve": "false", "reason": "渔渡急用"}
        )
    assert refused.status_code == 302
    assert "渔渡急用" in client_as("clinic2").get("/redirects?all=true").text
    assert client_as("clinic").post(CONFIRM, json={"tote_code": tote.code}).status_code == 201


def test_what_cannot_be_redirected(
    client_as: ClientAs, session: Session, tote: Tote, leaves: Leaves
) -> None:
    asking = {"tote_code": tote.code, "reason": "卸错"}
    with leaves():
        own = client_as("clinic").post(REDIRECTS, json=asking)
        assert told(own) == (422, "redirect-forbidden")
        unknown = {**asking, "tote_code": "TT-20200101-0001"}
        assert client_as("clinic2").post(REDIRECTS, json=unknown).status_code == 404
    tote.compartment = Compartment.CONTROLLED
    session.commit()
    with leaves():
        locked = client_as("clinic2").post(REDIRECTS, json=asking)
        assert told(locked) == (422, "redirect-forbidden")


def test_the_page_asks_and_decides_and_the_search_leads_there(
    client_as: ClientAs, tote: Tote
) -> None:
    finder = client_as("clinic2")
    assert f"/redirects?tote={tote.code}" in finder.get(f"/search?q={tote.code}").text
    page = finder.get(f"/redirects?tote={tote.code}").text
    assert f'value="{tote.code}"' in page
    asking = {"tote_code": tote.code, "reason": "卸错"}
    assert finder.post("/redirects", data=asking).status_code == 302
    centre = client_as("pharmacist")
    page = centre.get("/redirects").text
    assert "渔渡" in page
    assert "改送盐场" in page
    assert "改送盐场" not in finder.get("/redirects").text


def test_a_redirected_tote_is_not_taken_back(
    client_as: ClientAs, session: Session, cast: Cast, tote: Tote
) -> None:
    asked = client_as("clinic2").post(REDIRECTS, json={"tote_code": tote.code, "reason": "卸错"})
    path = f"{REDIRECTS}/{(asked.json or {})['reference']}/decide"
    assert client_as("pharmacist").post(path, json={"approve": True, "reason": "留用"}).json
    with pytest.raises(ToteStateChanged), session.begin_nested():
        fulfilment.take_back_tote(
            session,
            cast.actor("driver"),
            tote.code,
            a_vehicle(session, cast),
            a_key(),
            happening_time=NOW,
            now=NOW,
        )


def test_18_a_label_of_another_sheet_or_that_has_run_out_is_stale(
    client_as: ClientAs, session: Session, tote: Tote, leaves: Leaves
) -> None:
    clinic = client_as("clinic")
    sheet = session.scalars(
        select(Requisition.reference).where(Requisition.id == tote.requisition_id)
    ).one()
    today = local_day(NOW)

    def confirm(sheet: str, until: date, signer: Signer) -> tuple[int, str]:
        seal = signer.seal(Printed(tote.code, (sheet,), until))
        link = own_link("https://tongcang.example", tote.code, seal)
        return told(clinic.post(CONFIRM, json={"tote_code": link}))

    ours, theirs = (Signer.derive(secret, "labels") for secret in (SECRET, "another county"))
    with leaves():
        assert confirm("RQ-20200101-0001", today, ours) == (409, "stale-sheet")
        assert confirm(sheet, today - timedelta(1), ours) == (409, "stale-sheet")
        assert confirm(sheet, today, theirs) == (422, "foreign-label")
    assert confirm(sheet, today, ours) == (201, "")
