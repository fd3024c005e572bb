"""JSON API of fulfilment."""

from app.fulfilment.api import (
    approvals,
    availability,
    discrepancies,
    pick_tasks,
    redirects,
    requisitions,
    totes,
)

BLUEPRINTS = (
    approvals.blueprint,
    availability.blueprint,
    discrepancies.blueprint,
    pick_tasks.blueprint,
    redirects.blueprint,
    requisitions.blueprint,
    totes.blueprint,
    totes.receipts,
)
