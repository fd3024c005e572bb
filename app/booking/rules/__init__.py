"""Rules of booking as plain functions: states, periods, screening, placing."""
