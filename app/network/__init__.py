"""Facilities of the alliance and the roads between them (成员单位)."""
