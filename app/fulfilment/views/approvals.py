"""Pages on which the pharmacist decides requisitions."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.queries import offers as offering
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.queries.requisitions import RequisitionFilter
from app.fulfilment.rules import Decision, LotReason, ReasonCode, RequisitionState
from app.fulfilment.schemas import forms
from app.fulfilment.schemas.requisitions import RequisitionQuerySchema, RequisitionReasonSchema
from app.fulfilment.service import Approval, LineDecision
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("approvals", __name__)
APPROVERS = (Permission.REQUISITION_APPROVE,)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=20,
        label=lazy_gettext("Approvals"),
        endpoint="approvals.list_waiting",
        icon="clipboard-check",
        permissions=APPROVERS,
        home=5,
    ),
)


@blueprint.get("/approvals")
@requires(*APPROVERS)
def list_waiting() -> str:
    """List submitted requisitions that wait for a decision."""
    query, actor = read_query(RequisitionQuerySchema), current_actor()
    wanted = RequisitionFilter(states=(RequisitionState.SUBMITTED,), text=query["q"])
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_requisitions(session, actor, wanted, after=after, size=PAGE_SIZE)
    page = page_of(rows, lambda row: [row.id])
    return render_template("fulfilment/approvals.html", requisitions=page, query=query)


@blueprint.get("/approvals/<string:reference>")
@requires(*APPROVERS)
def show_approval(reference: str) -> ResponseReturnValue:
    """Show one requisition line by line, with the lots FEFO would take and what it passes over."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        requisition = service.get_requisition(session, actor, reference)
        if requisition.state is not RequisitionState.SUBMITTED:
            return redirect(url_for("requisitions.show_requisition", reference=reference))
        lines = service.show_lines(session, requisition, now=now)
        need_by = requisition.delivery_day or local_day(now)
        return render_template(
            "fulfilment/approval.html",
            requisition=requisition,
            names=queries.names_of(session, requisition.id),
            lines=lines,
            offers=offering.offers(
                session,
                (requisition.supplier_id, requisition.facility_id),
                [service.demand_for(view.line, view.line.asked) for view in lines],
                today=local_day(now),
                need_by=need_by,
            ),
            alternatives=offering.alternatives(session, {view.line.item_name for view in lines}),
            listed={view.line.item_code for view in lines},
            decisions=list(Decision),
            reasons=list(ReasonCode),
            lot_reasons=list(LotReason),
        )


@blueprint.post("/approvals/<string:reference>")
@requires(*APPROVERS)
@writes
def approve(reference: str) -> ResponseReturnValue:
    """Decide every line and reserve what is approved, in one action."""
    form, actor = read_form(forms.ApprovalForm), current_actor()
    second = second_person(form, request.remote_addr)
    with transaction() as session:
        approval = Approval(
            reference=reference,
            decisions=_decisions(session, form),
            answer=form["answer"],
            second=second,
        )
        service.approve(session, actor, approval, now=clock.now())
    flash(_("Requisition %(reference)s is approved.", reference=reference), "success")
    return redirect(url_for("requisitions.show_requisition", reference=reference))


def _decisions(session: Session, form: dict[str, list[object]]) -> list[LineDecision]:
    """Read packs as base units: of the substitute where there is one, else of the item."""
    columns = zip(*(form[name] for name in forms.ApprovalForm.COLUMNS), strict=True)
    rows = [forms.DecisionRow(*row) for row in columns]
    packs = {row.carrier: row.packs for row in rows}
    units = service.to_base_units(session, packs)
    return [
        LineDecision(
            item_code=row.item,
            decision=row.decision,
            quantity=0 if row.decision is Decision.REFUSED else units[row.carrier],
            reason_code=row.reason,
            reason_text=row.text,
            substitute_code=row.substitute_code,
            lot=row.lot_choice,
        )
        for row in rows
    ]


@blueprint.post("/approvals/<string:reference>/reject")
@requires(*APPROVERS)
@writes
def reject(reference: str) -> ResponseReturnValue:
    """Send the whole requisition back with a reason."""
    reason = read_form(RequisitionReasonSchema)["reason"]
    with transaction() as session:
        service.reject(session, current_actor(), reference, reason, now=clock.now())
    flash(_("Requisition %(reference)s is sent back.", reference=reference), "success")
    return redirect(url_for("approvals.list_waiting"))


@blueprint.post("/approvals/<string:reference>/withdraw")
@requires(*APPROVERS)
@writes
def withdraw(reference: str) -> ResponseReturnValue:
    """Cancel an approved requisition nobody has begun to pick."""
    reason = read_form(RequisitionReasonSchema)["reason"]
    with transaction() as session:
        service.withdraw(session, current_actor(), reference, reason, now=clock.now())
    flash(_("Requisition %(reference)s is cancelled.", reference=reference), "success")
    return redirect(url_for("requisitions.show_requisition", reference=reference))
