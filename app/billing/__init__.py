"""Pay per use: what performed exams cost, and each member's monthly statement (按次收费)."""
