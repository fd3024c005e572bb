"""Use cases of deliveries: plan the day, load, drive, hand over, bring back, close."""
