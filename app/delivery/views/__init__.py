"""Pages of deliveries: the dispatcher's board and the driver's phone."""
