"""JSON API of deliveries: plans and runs for the depot, the day's run and scans for drivers."""
