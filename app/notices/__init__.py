"""Notices (提醒): what happened that concerns a person, until they have looked at it."""
