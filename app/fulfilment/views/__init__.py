"""Pages of fulfilment."""

from app.fulfilment.views import (
    approvals,
    availability,
    drafts,
    picking,
    receipts,
    redirects,
    requisitions,
    totes,
)
from app.fulfilment.views.finders import find_documents, find_totes

BLUEPRINTS = (
    approvals.blueprint,
    availability.blueprint,
    drafts.blueprint,
    picking.blueprint,
    receipts.blueprint,
    redirects.blueprint,
    requisitions.blueprint,
    totes.blueprint,
)
NAVIGATION = (
    *requisitions.NAVIGATION,
    *approvals.NAVIGATION,
    *picking.NAVIGATION,
    *totes.NAVIGATION,
    *receipts.NAVIGATION,
    *redirects.NAVIGATION,
    *availability.NAVIGATION,
)
FINDERS = (find_totes, find_documents)
