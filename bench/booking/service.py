"""The product's own way to book, whole: design A with screening, numbers and history."""

from psycopg import Connection as Raw
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.booking.service import reserving
from app.booking.service.reserving import BookingRequest, MoveRequest
from app.kernel.errors import DomainError
from app.kernel.ids import DeviceId, ExamItemId, PatientId
from app.kernel.ticks import moment_of
from bench.booking.designs import Taken, Wish
from bench.booking.scene import NOW, Scene


class Service:
    """Books, moves and cancels as an edge would, one transaction each."""

    name = "A, service"

    def __init__(self, scene: Scene, engine: Engine) -> None:
        """Act for the scene's clinic."""
        self.scene = scene
        self.engine = engine
        self.references: dict[int, str] = {}

    def book(self, raw: Raw, wish: Wish) -> int:
        """Reserve; every refusal counts as taken, whatever its alternatives."""
        del raw
        request = BookingRequest(
            exam_item_id=ExamItemId(self.scene.exam_id),
            device_id=DeviceId(self.scene.machines[wish.machine][0]),
            patient_id=PatientId(self.scene.patients[wish.patient][0]),
            start=moment_of(wish.tick),
        )
        try:
            with Session(self.engine) as session, session.begin():
                booking = reserving.reserve(session, self.scene.clinic, request, now=NOW)
                self.references[booking.id] = booking.reference
                return int(booking.id)
        except DomainError as refusal:
            raise Taken from refusal

    def move(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Move a booking of one's own."""
        del raw
        request = MoveRequest(
            device_id=DeviceId(self.scene.machines[wish.machine][0]), start=moment_of(wish.tick)
        )
        who, reference = self.scene.clinic, self.references[booking]
        try:
            with Session(self.engine) as session, session.begin():
                reserving.move(session, who, reference, request, now=NOW)
        except DomainError as refusal:
            raise Taken from refusal

    def cancel(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Cancel a booking of one's own."""
        del raw, wish
        with Session(self.engine) as session, session.begin():
            who, reference = self.scene.clinic, self.references[booking]
            reserving.cancel(session, who, reference, "storm", now=NOW)
