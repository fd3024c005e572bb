"""Write the next migration: ``python -m tools.new_migration "add bookings"``.

Compares the tables in the code with a database that all migrations have built. Alembic
sees neither CHECK nor EXCLUDE nor triggers: read the file before you commit it.
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from app import embedded
from app.kernel import clock, migrations
from app.kernel.db import open_engine


def main(message: str) -> None:
    """Write one revision file, named by date first."""
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    revision = f"{clock.now():%Y%m%d_%H%M}"
    with (
        TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=False) as url,
    ):
        engine = open_engine(url)
        migrations.upgrade(engine)
        with engine.begin() as connection:
            config = migrations.configuration(connection)
            config.set_main_option("file_template", f"{revision}_{slug}")
            command.revision(config, message=message, rev_id=revision, autogenerate=True)
        engine.dispose()
    path = migrations.FOLDER / "versions" / f"{revision}_{slug}.py"
    path.write_text(re.sub(r" *# ### .*\n", "", path.read_text("utf-8")), "utf-8")
    for step in (("check", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(migrations.FOLDER)], check=True)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
