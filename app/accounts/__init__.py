"""People, their roles at a facility, sign-in, sessions and API tokens (账号)."""
