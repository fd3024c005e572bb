"""Pages of suppliers, their licences and contracts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.rules import ContractKind, LicenceKind
from app.purchasing.schemas import contracts as schemas
from app.purchasing.schemas.orders import ItemSearchSchema
from app.purchasing.service import ContractRequest
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.pages import render
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("contracts", __name__, url_prefix="/purchasing")
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
QUALITY = Permission.PURCHASING_QUALITY


@blueprint.get("/suppliers")
@requires(READ)
def list_suppliers() -> str:
    """List suppliers with the licence that runs out next."""
    today = local_day(clock.now())
    with transaction() as session:
        suppliers = queries.list_suppliers(session, today=today)
    return render_template("purchasing/suppliers.html", suppliers=suppliers, today=today)


@blueprint.get("/suppliers/<code>")
@requires(READ)
def show_supplier(code: str) -> str:
    """Show a supplier with its licences."""
    with transaction() as session:
        supplier = service.get_supplier(session, code)
        licences = queries.list_licences(session, supplier.id)
        changes = history.list_changes(session, "supplier", supplier.id)
    return render_template(
        "purchasing/supplier.html",
        supplier=supplier,
        licences=licences,
        changes=changes,
        kinds=list(LicenceKind),
        today=local_day(clock.now()),
    )


@blueprint.post("/suppliers/<code>/licences")
@requires(QUALITY)
@writes
def keep_licence(code: str) -> ResponseReturnValue:
    """Enter or renew a licence of a supplier."""
    licence = read_form(schemas.LicenceSchema)
    with transaction() as session:
        service.keep_licence(session, current_actor(), code, licence, now=clock.now())
    flash(_("The licence is kept."), "success")
    return redirect(url_for("contracts.show_supplier", code=code))


@blueprint.get("/contracts")
@requires(READ)
def list_contracts() -> str:
    """List contracts with how much of them was bought."""
    query = read_query(schemas.ContractQuerySchema)
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_contracts(session, query["kind"], before, PAGE_SIZE)
    return render_template(
        "purchasing/contracts.html",
        contracts=page_of(rows, lambda row: [row.contract_id]),
        query=query,
        kinds=list(ContractKind),
        today=local_day(clock.now()),
    )


@blueprint.get("/contracts/new")
@requires(ORDER)
def show_new() -> str:
    """Ask what was agreed with whom."""
    today = local_day(clock.now())
    with transaction() as session:
        suppliers = queries.list_suppliers(session, today=today)
    return render_template(
        "purchasing/new_contract.html", suppliers=suppliers, kinds=list(ContractKind), today=today
    )


@blueprint.post("/contracts")
@requires(ORDER)
@writes
def draft_contract() -> ResponseReturnValue:
    """Begin a contract and open it."""
    form: dict[str, Any] = read_form(schemas.NewContractSchema)
    with transaction() as session:
        supplier = service.get_supplier(session, form.pop("supplier_code"))
        request = ContractRequest(supplier_id=supplier.id, **form)
        contract = service.draft_contract(session, current_actor(), request, now=clock.now())
    return _to(contract.reference)


@blueprint.get("/contracts/<reference>")
@requires(READ)
def show_contract(reference: str) -> str:
    """Show a contract: prices, volumes, and what was bought of them."""
    with transaction() as session:
        contract = service.get_contract(session, reference)
        row = queries.get_contract_row(session, reference)
        items = queries.list_agreed(session, contract.id)
        changes = history.list_changes(session, "supply_contract", contract.id)
    return render_template(
        "purchasing/contract.html",
        contract=row,
        items=items,
        changes=changes,
        may_order=current_actor().may(ORDER),
        today=local_day(clock.now()),
    )


@blueprint.get("/contracts/<reference>/items")
@requires(ORDER)
def search_items(reference: str) -> str:
    """Find items to agree a price for."""
    text, today = read_query(ItemSearchSchema)["q"], local_day(clock.now())
    with transaction() as session:
        contract = service.get_contract(session, reference)
        supplier = contract.supplier_id
        hits = queries.search_priced(session, supplier, text, today=today) if text else []
    return render(
        "purchasing/contract_items.html",
        "purchasing/_contract_items.html",
        hits=hits,
        contract=contract,
        q=text,
    )


@blueprint.post("/contracts/<reference>/items")
@requires(ORDER)
@writes
def set_agreed(reference: str) -> ResponseReturnValue:
    """Write the price and volume of an item in a draft."""
    agreed = read_form(schemas.AgreedSchema)
    with transaction() as session:
        service.set_agreed(session, reference, agreed)
    return _to(reference)


@blueprint.post("/contracts/<reference>/activation")
@requires(ORDER)
@writes
def activate(reference: str) -> ResponseReturnValue:
    """Put a contract in force."""
    with transaction() as session:
        service.activate_contract(session, current_actor(), reference, now=clock.now())
    flash(_("Contract %(reference)s is in force.", reference=reference), "success")
    return _to(reference)


@blueprint.post("/contracts/<reference>/ending")
@requires(ORDER)
@writes
def end(reference: str) -> ResponseReturnValue:
    """End a contract before its time."""
    with transaction() as session:
        service.end_contract(session, current_actor(), reference, now=clock.now())
    return _to(reference)


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("contracts.show_contract", reference=reference))
