"""Load the demo county once: all of it, in one transaction, or nothing."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.demo.county import HOSPITAL
from app.demo.load import (
    buying,
    contracts,
    counts,
    disposals,
    exchanges,
    fleet,
    goods,
    imaging,
    invoices,
    ledger,
    members,
    prices,
    recalls,
    receipts,
    requests,
    roads,
    shelves,
    suspicions,
    told,
    units,
    uploads,
)
from app.demo.load.bulk import Bulk
from app.demo.plan import CountyPlan
from app.kernel import jobs
from app.network.models import Facility

FIRST_NIGHT = "replenishment.plan"
"""Planned once at once by the worker, so that the lists are there on the first morning."""
ONE_LOADER = 610728
"""Advisory lock: two loads at the same time wait for each other."""


def is_loaded(session: Session) -> bool:
    """Say whether the county is there already; makes a second loader wait for the first."""
    session.execute(text("SET LOCAL lock_timeout = 0"))
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_LOADER})
    return session.scalar(select(Facility.id).where(Facility.code == HOSPITAL)) is not None


def load_county(session: Session, plan: CountyPlan, password: str, *, now: datetime) -> Bulk:
    """Write the whole county; return what was copied."""
    bulk = Bulk(session)
    facilities = members.load_facilities(bulk, plan.places)
    members.load_roads(bulk, plan.ways, facilities, plan.places)
    users = members.load_people(bulk, facilities, password, now=now)
    items = goods.load_items(bulk, plan.items)
    goods.load_pack_classes(bulk, plan.codes.items, items)
    exams = goods.load_exams(bulk)
    keys = ledger.Keys(
        facilities=facilities,
        items=items,
        users=users,
        shelves=shelves.load_places(bulk, plan.places, plan.items, facilities),
        lots=ledger.load_lots(bulk, plan, items),
    )
    balances = ledger.load_year(bulk, plan, keys)
    tote_units = units.load_units(bulk, plan, keys)
    requests.load_requisitions(bulk, plan, keys, (balances, tote_units))
    vehicles = fleet.load_fleet(bulk, keys)
    fleet.load_runs(bulk, plan, vehicles, keys)
    suppliers = buying.load_suppliers(bulk)
    contracts.load_licences(bulk, plan.today, suppliers)
    receipts.load_receipts(bulk, plan, keys, suppliers)
    buying.load_orders(bulk, plan, keys, suppliers)
    contracts.load_contracts(bulk, plan, keys, suppliers)
    invoices.load_invoices(bulk, plan.today, keys)
    imaging.load_imaging(bulk, plan, facilities, (users, exams))
    jobs.enqueue_once(session, FIRST_NIGHT, f"{FIRST_NIGHT}@{plan.today}", now=now)
    bulk.settle()
    counts.load_counts(session, now=now)
    exchanges.load_exchanges(session, now=now)
    disposals.load_disposals(session, now=now)
    disposals.load_returns(session, now=now)
    recalls.load_recalls(session, now=now)
    suspicions.load_suspicions(session, now=now)
    told.load_told(session, now=now)
    uploads.load_uploads(session, now=now)
    prices.load_cost_card(session, plan.today, now=now)
    roads.load_conditions(session, now=now)
    return bulk
