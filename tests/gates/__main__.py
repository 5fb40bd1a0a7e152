"""Run every gate and tell in one place how it went; pytest's closing line comes last.

./minqing test                 everything that has to pass
./minqing test --quick         the same without the browser
./minqing test tests/geo -x    only pytest, with these arguments: the inner loop
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gates.gate import Gate, Outcome, run

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
TOOLS = Path(sys.executable).parent


def reading_gates() -> list[Gate]:
    """The gates that read the code without running it, longest first."""
    python = [
        Gate("mypy", (str(TOOLS / "mypy"),), ROOT),
        Gate("ruff check", (str(TOOLS / "ruff"), "check", "--quiet", "."), ROOT),
        Gate("ruff format", (str(TOOLS / "ruff"), "format", "--check", "--quiet", "."), ROOT, "run: ruff format ."),
        Gate("imports", (str(TOOLS / "lint-imports"),), ROOT),
    ]
    web = [
        Gate("vue-tsc", ("npm", "run", "--silent", "check"), WEB),
        Gate("vitest", ("npm", "run", "--silent", "test"), WEB),
        Gate("api types", (sys.executable, "-m", "tests.gates.fresh"), ROOT),
    ]
    return [*web, *python] if (WEB / "package.json").exists() else python


def warm_up_gate() -> Gate:
    """Compiles the partition's loops once, so that no test waits for it."""
    return Gate("compiled loops", (sys.executable, "-m", "geo.partition.warm"), ROOT)


def pytest_gate(arguments: Sequence[str]) -> Gate:
    """The tests that run the code, spread over the processors, one file on one of them."""
    workers = os.environ.get("MINQING_TEST_WORKERS", "2")
    spread = ("-n", workers, "--dist", "loadfile")
    return Gate("pytest", (sys.executable, "-m", "pytest", "-q", *spread, *arguments), ROOT)


def everything(*, quick: bool) -> list[Outcome]:
    """All gates: first those that read, two at a time, then those that run."""
    aloud = sys.stdout.isatty()
    with ThreadPoolExecutor(2) as lanes:
        outcomes = []
        for outcome in lanes.map(run, [warm_up_gate(), *reading_gates()]):
            print(outcome.line(), flush=True)
            outcomes.append(outcome)
    left_out = ("--ignore=tests/web",) if quick else ()
    return [*outcomes, run(pytest_gate(left_out), aloud=aloud)]


def tell(outcomes: Sequence[Outcome], *, shown: bool) -> None:
    """Show what failed in full, then one line a gate, then pytest's closing line."""
    for outcome in outcomes:
        if not outcome.passed and not (shown and outcome.gate.name == "pytest"):
            print(f"\n── {outcome.gate.name} " + "─" * 60)
            print(outcome.output.rstrip())
            if outcome.gate.mend:
                print(outcome.gate.mend)
    failed = [outcome.gate.name for outcome in outcomes if not outcome.passed]
    print("\n" + "\n".join(outcome.line() for outcome in outcomes))
    print(
        f"{len(outcomes) - len(failed)} of {len(outcomes)} gates passed"
        + (f"; failed: {', '.join(failed)}" * bool(failed))
    )
    print(outcomes[-1].closing)


def main() -> None:
    """Run what the command line asks for; leave with 1 where something failed."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    if arguments:
        only = run(Gate("pytest", (sys.executable, "-m", "pytest", *arguments), ROOT), aloud=True)
        raise SystemExit(0 if only.passed else 1)
    outcomes = everything(quick="--quick" in sys.argv)
    tell(outcomes, shown=sys.stdout.isatty())
    raise SystemExit(0 if all(outcome.passed for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
