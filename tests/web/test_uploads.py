"""Pages and API of uploads: what one sees, mends and tells again."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.uploads import service as uploads
from app.uploads.models import Upload
from app.uploads.rules import Outcome, UploadKind, UploadState
from app.uploads.rules.answers import Answer
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW
from tests.factories.uploads import BASE, SOON, derived, given_packs, known_to_the_insurance, used
from tests.queries import QueryCount


@pytest.fixture
def sale(session: Session, cast: Cast) -> Upload:
    """The sale of a pack at Yudu that lacks three fields."""
    given_packs(session, cast.actor("clinic"), packs=1)
    derived(session)
    uploads.claim(session, BASE, 100, now=SOON)
    session.commit()
    return session.scalars(select(Upload).where(Upload.kind == UploadKind.SALE)).one()


def refused(session: Session, upload: Upload) -> None:
    known_to_the_insurance(session)
    later = SOON + BASE.patience.longest_delay
    telling = next(
        one for one in uploads.claim(session, BASE, 9, now=later) if one.upload_id == upload.id
    )
    said = Answer(outcome=Outcome.REFUSED, text="追溯码校验未通过")
    uploads.record(session, BASE, telling, said, now=later)
    session.commit()


def test_missing_master_data_is_filled_in_and_the_message_goes_out(
    client_as: ClientAs, session: Session, cast: Cast, sale: Upload
) -> None:
    pharmacist = client_as("pharmacist")
    overview = pharmacist.get("/uploads").text
    gaps = pharmacist.get("/uploads/gaps").text
    answers = [
        pharmacist.post(f"/uploads/gaps/{path}", data=form)
        for path, form in (
            (f"facilities/{sale.facility_id}", {"number": "H61072800001"}),
            (f"items/{sale.item_id}", {"number": "XJ01CAA040"}),
            (f"lots/{sale.lot_id}", {"made_on": "2026-03-01"}),
        )
    ]
    tomorrow = pharmacist.post(f"/uploads/gaps/lots/{sale.lot_id}", data={"made_on": "2099-01-01"})
    session.expire_all()
    claimed = uploads.claim(session, BASE, 100, now=SOON)

    assert "机构的定点医药机构编号" in overview
    assert "渔渡镇卫生院" in gaps
    assert [answer.status_code for answer in answers] == [302] * 3
    assert tomorrow.status_code == 422
    assert sale.id in [one.upload_id for one in claimed]


def test_a_refused_message_is_told_again_for_a_reason(
    client_as: ClientAs, session: Session, cast: Cast, sale: Upload
) -> None:
    refused(session, sale)
    quality = client_as("quality")
    page = quality.get(f"/uploads/messages/{sale.id}").text

    silent = quality.post(f"/uploads/messages/{sale.id}/retry", data={"reason": ""})
    told = quality.post(f"/uploads/messages/{sale.id}/retry", data={"reason": "已核实"})
    twice = quality.post(f"/uploads/messages/{sale.id}/retry", data={"reason": "再试"})

    assert "追溯码校验未通过" in page
    assert (silent.status_code, told.status_code, twice.status_code) == (422, 302, 409)
    shown = quality.get(f"/api/v1/uploads/{sale.id}").json
    assert shown is not None
    assert shown["upload"]["state"] == "pending"
    assert [note["step"] for note in shown["notes"]] == ["blocked", "refused", "retried"]
    assert shown["notes"][-1]["told"] == "已核实"


def test_all_messages_of_one_cause_are_told_again_together(
    client_as: ClientAs, session: Session, cast: Cast, sale: Upload
) -> None:
    refused(session, sale)
    form = {"fault": "refused", "text": "追溯码校验未通过", "field": "", "reason": "已核实"}
    other = {**form, "text": "别的原因"}
    pharmacist = client_as("pharmacist")

    none = pharmacist.post("/api/v1/uploads/retries", json=other).json
    one = pharmacist.post("/uploads/retries", data=form)

    assert none == {"retried": 0}
    assert one.status_code == 302
    session.refresh(sale)
    assert sale.state is UploadState.PENDING


def test_who_sees_and_who_mends(client_as: ClientAs, session: Session, sale: Upload) -> None:
    assert client_as("clinic").get(f"/uploads/messages/{sale.id}").status_code == 200
    assert client_as("director").get(f"/uploads/messages/{sale.id}").status_code == 200
    assert client_as("outsider").get(f"/uploads/messages/{sale.id}").status_code == 404
    assert client_as("outsider").get(f"/api/v1/uploads/{sale.id}").status_code == 404
    assert sale.document not in client_as("outsider").get("/uploads/messages").text
    assert client_as("driver").get("/uploads").status_code == 403
    for username in ("clinic", "director"):
        answer = client_as(username).post(
            f"/uploads/messages/{sale.id}/retry", data={"reason": "x"}
        )
        assert answer.status_code == 403


def test_the_overview_counts_what_was_collected_and_told(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    given_packs(session, cast.actor("clinic"), packs=2)
    used(session, cast.actor("clinic"), 5)
    derived(session)
    first = session.scalars(select(Upload).where(Upload.kind == UploadKind.SALE)).first()
    assert first is not None
    first.state, first.settled_at = UploadState.ACKED, NOW
    session.commit()

    figures = uploads.overview(session, cast.actor("director"), BASE.patience.quiet * 900, now=NOW)

    assert (figures.packs.part, figures.packs.whole) == (2, 2)
    assert (figures.told.part, figures.told.whole) == (1, 3)
    assert figures.uncoded == 1
    assert figures.told.percent == 33.3
    today = {row.facility: (row.acked, row.total) for row in figures.today}
    assert today[cast.yudu.short_name] == (1, 5)


def test_the_settlement_part_has_the_fees_own_numbers(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    (document,) = given_packs(session, cast.actor("clinic"), packs=1)
    session.commit()
    path = f"/api/v1/uploads/settlement-parts/{document.reference}"

    told = client_as("clinic").get(f"{path}?feedetl_sn=F1")
    differ = client_as("clinic").get(f"{path}?feedetl_sn=F1,F2")
    strange = client_as("clinic2").get(f"{path}?feedetl_sn=F1")

    assert told.json == {
        "drug_trac_info": [
            {
                "feedetl_sn": "F1",
                "drug_trac_codg": pack_code(1),
                "trdn_flag": "0",
                "min_prcunt_type": "1",
            }
        ]
    }
    assert (differ.status_code, strange.status_code) == (422, 404)


def test_the_pages_take_few_queries(
    client_as: ClientAs,
    session: Session,
    cast: Cast,
    count_queries: Callable[[], QueryCount],
) -> None:
    given_packs(session, cast.actor("clinic"), packs=8)
    derived(session)
    uploads.claim(session, BASE, 100, now=SOON)
    session.commit()
    client = client_as("pharmacist")

    for path in (
        "/uploads",
        "/uploads/messages",
        "/uploads/messages?state=failed",
        "/uploads/gaps",
    ):
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        assert queries.count <= 9, queries.statements


def test_a_lot_made_today_is_fine(session: Session, cast: Cast, sale: Upload) -> None:
    actor = cast.actor("pharmacist")

    uploads.date_lot(session, actor, sale.lot_id, date(2026, 11, 1), now=NOW)

    assert session.scalars(select(Upload.next_try_at).where(Upload.id == sale.id)).one() == NOW
