"""Search engines. They propose; ``check`` and ``pricing`` decide."""
