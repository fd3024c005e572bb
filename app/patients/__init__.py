"""People who are examined, as the facility that looks after them registers them (患者)."""
