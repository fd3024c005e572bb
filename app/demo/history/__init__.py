"""A made-up year of stock: seeded, pure, and never below zero anywhere at any time."""
