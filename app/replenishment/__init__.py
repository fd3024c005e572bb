"""Replenishment (补货): what each facility will use, keep and order; who is told of it."""
