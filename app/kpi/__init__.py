"""Read-only indicators for directors: each with numerator, denominator and source (指标)."""
