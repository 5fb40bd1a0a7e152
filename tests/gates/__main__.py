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
from tests.gates.second import Verdict, judged

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
TOOLS = Path(sys.executable).parent


def first_gates() -> list[Gate]:
    """What the tests need (the partition's loops, compiled once) and the gates of the pages, longest first."""
    web = [
        Gate("vue-tsc", ("npm", "run", "--silent", "check"), WEB),
        Gate("vitest", ("npm", "run", "--silent", "test"), WEB),
        Gate("api types", (sys.executable, "-m", "tests.gates.fresh"), ROOT),
    ]
    compiled = Gate("compiled loops", (sys.executable, "-m", "api.operations.loops"), ROOT)
    return [compiled, *(web if (WEB / "package.json").exists() else [])]


def reading_gates() -> list[Gate]:
    """The gates that read the code without running it, quickest first."""
    return [
        Gate("ruff check", (str(TOOLS / "ruff"), "check", "--quiet", "."), ROOT),
        Gate("ruff format", (str(TOOLS / "ruff"), "format", "--check", "--quiet", "."), ROOT, "run: ruff format ."),
        Gate("imports", (str(TOOLS / "lint-imports"),), ROOT),
        Gate("mypy", (str(TOOLS / "mypy"),), ROOT),
    ]


def pytest_gate(arguments: Sequence[str]) -> Gate:
    """The tests that run the code, one file in one process; one more than there are processors, since tests wait."""
    workers = os.environ.get("MINQING_TEST_WORKERS") or str((os.cpu_count() or 1) + 1)
    spread = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")  # the order is tests/longest_first.py's
    return Gate("pytest", (sys.executable, "-m", "pytest", "-q", *spread, *arguments), ROOT)


def everything(*, quick: bool) -> tuple[list[Outcome], Verdict]:
    """All gates: first what the tests need, two at a time, then the tests with the reading gates beside them."""
    aloud = sys.stdout.isatty()
    left_out = ("--ignore=tests/web",) if quick else ()
    with ThreadPoolExecutor(2) as lanes:
        outcomes = [_told(outcome) for outcome in lanes.map(run, first_gates())]
        testing = lanes.submit(run, pytest_gate(left_out), aloud=aloud)
        outcomes += [_told(run(gate)) for gate in reading_gates()]
        in_company = testing.result()
    verdict = judged(in_company, ROOT)
    return [*outcomes, verdict.outcome], verdict


def _told(outcome: Outcome) -> Outcome:
    print(outcome.line(), flush=True)
    return outcome


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


def tell_again(verdict: Verdict) -> None:
    """Name the tests that passed only alone, with what they said in company: each is work to do."""
    if verdict.again:
        print("\n── passed only at a second trial, alone " + "─" * 30)
        print(verdict.outcome.output.rstrip())
        print("\n".join(f"mend: {name}" for name in verdict.again))


def main() -> None:
    """Run what the command line asks for; leave with 1 where something failed."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    if arguments:
        only = run(Gate("pytest", (sys.executable, "-m", "pytest", *arguments), ROOT), aloud=True)
        raise SystemExit(0 if only.passed else 1)
    outcomes, verdict = everything(quick="--quick" in sys.argv)
    tell_again(verdict)
    tell(outcomes, shown=sys.stdout.isatty())
    raise SystemExit(0 if all(outcome.passed for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
