"""``python -m app.scheduler``.

A module of its own: a spawned solver imports its parent's main module again, except one of
this name, and would otherwise load the whole product before it plans.
"""

from app.scheduler import main

if __name__ == "__main__":
    main()
