"""JSON and form shapes of purchasing."""
