"""How often strangers may look codes up: enough for a waiting room behind one address."""

from datetime import timedelta

from app.kernel.rates import Rate

LOOKS = Rate("look up a code", 120, timedelta(minutes=1))
MISSES = Rate("guess a code", 30, timedelta(minutes=10))
