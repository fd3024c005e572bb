"""Long work as programs and people watch it."""

from flask import Blueprint as PageBlueprint
from flask import render_template
from flask_smorest import Blueprint
from marshmallow import fields

from app.kernel import jobs
from app.kernel.ids import JobId
from app.kernel.jobs import Job
from app.web.guard import current_actor, requires
from app.web.schema import ApiSchema
from app.web.unit_of_work import transaction
from app.web.writes import writes

api = Blueprint("jobs_api", __name__, url_prefix="/api/v1/jobs", description="Long work")
pages = PageBlueprint("jobs", __name__, url_prefix="/jobs")


class JobSchema(ApiSchema):
    """Long work and how far it is."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.Enum(jobs.JobState, by_value=True, required=True)
    percent = fields.Integer(required=True)
    note = fields.Dict(required=True)
    result = fields.Dict(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


@api.get("/<int:job_id>")
@requires()
@api.response(200, JobSchema)
def show_job(job_id: int) -> Job:
    """Return a job of one's own facility."""
    with transaction() as session:
        return jobs.get_job(session, current_actor(), JobId(job_id))


@api.post("/<int:job_id>/stop")
@requires()
@writes
@api.response(202, JobSchema)
def stop_job(job_id: int) -> Job:
    """Ask a job to stop and keep the best it has."""
    with transaction() as session:
        return jobs.request_stop(session, current_actor(), JobId(job_id))


@pages.get("/<int:job_id>/progress")
@requires()
def show_progress(job_id: int) -> str:
    """Return the progress of a job; the fragment asks again until the job has ended."""
    with transaction() as session:
        job = jobs.get_job(session, current_actor(), JobId(job_id))
    return render_template("jobs/_progress.html", job=job)
