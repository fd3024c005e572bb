"""Every check and test, and a summary that says what failed and what was skipped."""

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
CHECKS = {
    "formatting": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "lint": (PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."),
    "types": (PYTHON, "-m", "mypy"),
    "templates": (PYTHON, "-m", "djlint", "app/templates", "--lint", "--quiet"),
    "import contracts": (PYTHON, "-c", "from importlinter.cli import lint_imports; lint_imports()"),
}
# Two cores have time for three: a browser, a server or a rival is waited for now and then.
SPREAD = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
SUITE = (PYTHON, "-m", "pytest", "-q", *SPREAD, "-rs", "--durations", "10")
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one step ended."""

    name: str
    passed: bool
    seconds: float
    output: str


def main() -> int:
    """Run all steps, even after one failed; return the exit status."""
    outcomes = [run(name, command, quiet=True) for name, command in CHECKS.items()]
    if "--checks-only" not in sys.argv:
        outcomes.append(run("tests", SUITE, quiet=False))
    print("\n== Summary ==")
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.passed else 'FAIL'}  {outcome.name} ({outcome.seconds:.0f} s)")
    skipped = SKIPPED.findall(outcomes[-1].output)
    for count, what in skipped:
        print(f"skipped  {count}  {what}")
    if "--checks-only" not in sys.argv and not skipped:
        print("nothing was skipped")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def run(name: str, command: tuple[str, ...], *, quiet: bool) -> Outcome:
    """Run one step; a quiet one shows its output only when it fails."""
    print(f"-- {name}", flush=True)
    started, lines = time.monotonic(), []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        for line in child.stdout or ():
            lines.append(line)
            if not quiet:
                print(line, end="", flush=True)
    passed, output = child.returncode == 0, "".join(lines)
    if quiet and not passed:
        print(output)
    return Outcome(name, passed, time.monotonic() - started, output)


if __name__ == "__main__":
    sys.exit(main())
