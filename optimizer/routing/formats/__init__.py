"""Instances of the literature: read into a ``Problem``, answered as lists of customers."""
