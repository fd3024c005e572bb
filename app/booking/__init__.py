"""Bookings of shared machines: who is examined where and when, and what was done (设备预约)."""
