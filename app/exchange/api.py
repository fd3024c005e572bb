"""Imports as programs make them."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts.schemas import second_person
from app.exchange import schemas, service
from app.exchange.service import MAY, ImportView
from app.kernel import clock
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "imports_api", __name__, url_prefix="/api/v1/imports", description="Excel in: judge, confirm"
)
ANY = tuple(MAY.values())


@blueprint.post("")
@requires(*ANY)
@writes
@blueprint.arguments(schemas.ImportUploadSchema, location="form")
@blueprint.arguments(schemas.ImportFileSchema, location="files")
@blueprint.response(201, schemas.SheetImportSchema)
@blueprint.alt_response(409, description="imported-before")
def upload(form: dict[str, Any], files: dict[str, Any]) -> ImportView:
    """Judge a workbook; every bad row is told, and nothing changes yet."""
    sent = schemas.upload_of(form, files["file"])
    with transaction() as session:
        return service.view_of(service.upload(session, current_actor(), sent, now=clock.now()))


@blueprint.get("/<string:reference>")
@requires(*ANY)
@blueprint.response(200, schemas.SheetImportSchema)
def show(reference: str) -> ImportView:
    """Return one of one's own imports."""
    with transaction() as session:
        return service.view_of(service.get_import(session, current_actor(), reference))


@blueprint.post("/<string:reference>/confirm")
@requires(*ANY)
@writes
@blueprint.arguments(schemas.ImportConfirmSchema)
@blueprint.response(200, schemas.SheetImportSchema)
@blueprint.alt_response(409, description="import-not-ready, import-changed, imported-before")
def confirm(typed: dict[str, Any], reference: str) -> ImportView:
    """Apply a workbook whose rows are all good, wholly and once."""
    second = second_person(typed, request.remote_addr)
    with transaction() as session:
        found = service.confirm(session, current_actor(), reference, second, now=clock.now())
        return service.view_of(found)
