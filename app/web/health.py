"""Whether this installation can serve: for load balancers and supervisors."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.kernel import migrations
from app.web.guard import public
from app.web.unit_of_work import transaction

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Answer 200 when the database answers and migrations are current, else 503."""
    try:
        with transaction() as session:
            current = migrations.is_current(session)
    except (OperationalError, ProgrammingError):
        return jsonify(status="failing", database="unreachable", migrations="unknown"), 503
    if not current:
        return jsonify(status="failing", database="ok", migrations="pending"), 503
    return jsonify(status="ok", database="ok", migrations="current")
