"""How much will be used, how sure that is, and how much to keep: plain arrays in and out."""
