"""Flask glue shared by the edges of all domains: transaction, sign-in, refusals, pages."""
