"""Use cases of the exchange: export and query, named queries, capture."""
