"""JSON API of suppliers, their licences and contracts."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.models import Supplier
from app.purchasing.queries import ContractRow
from app.purchasing.schemas import contracts as schemas
from app.purchasing.service import Agreed, ContractRequest, Licence
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "contracts_api", __name__, url_prefix="/api/v1", description="Suppliers and contracts"
)
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
QUALITY = Permission.PURCHASING_QUALITY


@blueprint.get("/suppliers")
@requires(READ)
@blueprint.response(200, schemas.SuppliersSchema)
def list_suppliers() -> dict[str, Any]:
    """List all suppliers."""
    with transaction() as session:
        return {"rows": queries.list_suppliers(session, today=local_day(clock.now()))}


@blueprint.get("/suppliers/<code>")
@requires(READ)
@blueprint.response(200, schemas.SupplierDetailSchema)
def show_supplier(code: str) -> dict[str, Any]:
    """Return a supplier with its licences."""
    with transaction() as session:
        return _supplier(session, service.get_supplier(session, code))


@blueprint.post("/suppliers/<code>/licences")
@requires(QUALITY)
@writes
@blueprint.arguments(schemas.LicenceSchema)
@blueprint.response(200, schemas.SupplierDetailSchema)
def keep_licence(licence: Licence, code: str) -> dict[str, Any]:
    """Enter or renew a licence of a supplier."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        return _supplier(session, service.keep_licence(session, actor, code, licence, now=now))


@blueprint.get("/contracts")
@requires(READ)
@blueprint.arguments(schemas.ContractQuerySchema, location="query")
@blueprint.response(200, schemas.ContractsSchema)
def list_contracts(query: dict[str, Any]) -> Page[ContractRow]:
    """List contracts, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_contracts(session, query["kind"], before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.contract_id])


@blueprint.post("/contracts")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.NewContractSchema)
@blueprint.response(201, schemas.ContractDetailSchema)
def draft_contract(wanted: dict[str, Any]) -> dict[str, Any]:
    """Begin a contract."""
    actor = current_actor()
    with transaction() as session:
        supplier = service.get_supplier(session, wanted.pop("supplier_code"))
        request = ContractRequest(supplier_id=supplier.id, **wanted)
        contract = service.draft_contract(session, actor, request, now=clock.now())
        return _contract(session, contract.reference)


@blueprint.get("/contracts/<reference>")
@requires(READ)
@blueprint.response(200, schemas.ContractDetailSchema)
def show_contract(reference: str) -> dict[str, Any]:
    """Return a contract with its items and how much of them was bought."""
    with transaction() as session:
        return _contract(session, service.get_contract(session, reference).reference)


@blueprint.post("/contracts/<reference>/items")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.AgreedSchema)
@blueprint.response(200, schemas.ContractDetailSchema)
def set_agreed(agreed: Agreed, reference: str) -> dict[str, Any]:
    """Write the price and volume of an item in a draft."""
    with transaction() as session:
        return _contract(session, service.set_agreed(session, reference, agreed).reference)


@blueprint.post("/contracts/<reference>/activation")
@requires(ORDER)
@writes
@blueprint.response(200, schemas.ContractDetailSchema)
def activate(reference: str) -> dict[str, Any]:
    """Put a contract in force."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        contract = service.activate_contract(session, actor, reference, now=now)
        return _contract(session, contract.reference)


@blueprint.post("/contracts/<reference>/ending")
@requires(ORDER)
@writes
@blueprint.response(200, schemas.ContractDetailSchema)
def end(reference: str) -> dict[str, Any]:
    """End a contract before its time."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        contract = service.end_contract(session, actor, reference, now=now)
        return _contract(session, contract.reference)


def _supplier(session: Session, supplier: Supplier) -> dict[str, Any]:
    names = ("code", "name", "city", "phone", "is_demo")
    head = {name: getattr(supplier, name) for name in names}
    return {**head, "licences": queries.list_licences(session, supplier.id)}


def _contract(session: Session, reference: str) -> dict[str, Any]:
    row = queries.get_contract_row(session, reference)
    items = queries.list_agreed(session, row.contract_id)
    return {**asdict(row), "percent": row.percent, "items": items}
