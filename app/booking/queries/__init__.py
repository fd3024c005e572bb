"""Read side of booking: free slots, lists, the calendar, and what machines were used for."""

from app.booking.queries.use import DeviceUse, operating_and_utilisation

__all__ = ["DeviceUse", "operating_and_utilisation"]
