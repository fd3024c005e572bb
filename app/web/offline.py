"""The driver's service worker, served from inside the scope it controls."""

from flask import Blueprint, Response, current_app, send_from_directory

from app.web.guard import public
from app.web.pages import built

blueprint = Blueprint("offline", __name__)


@blueprint.get("/driver/service-worker.js")
@public
def service_worker() -> Response:
    """Send the script, always asked for again so that a new version is noticed."""
    folder = f"{current_app.static_folder}/vendor"
    response = send_from_directory(folder, built("service-worker.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"  # counters' phones use it too
    return response
