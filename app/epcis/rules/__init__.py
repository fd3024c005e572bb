"""Rules of the exchange: words, names, shapes, mappings and the language of queries."""
