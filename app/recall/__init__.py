"""The recall room: held lots, who has them, tasks to each holder, and how it ended (召回)."""
