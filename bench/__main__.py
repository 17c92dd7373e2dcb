"""`python -m bench [--check] [NAME...]`: run all benches, or some, and print one table."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.figure import Figure, table

NOT_BENCHES = {"__main__", "cold_start", "dask_cluster", "figure", "protected_star", "timing"}


def bench_names() -> list[str]:
    """The modules beside this one that measure something."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return [
        module.name for module in modules if module.name not in NOT_BENCHES and not module.ispkg
    ]


def run(name: str) -> list[Figure]:
    """One bench's figures."""
    figures: Callable[[], Iterable[Figure]] = importlib.import_module(f"bench.{name}").figures
    return list(figures())


def main() -> int:
    known = bench_names()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"no bench {unknown[0]!r}; there are: {', '.join(known)}")
    found: list[Figure] = []
    for name in arguments.names or known:
        print(f"measuring {name} ...", file=sys.stderr)
        found += run(name)
    print(table(found))
    missed = any(figure.met is False for figure in found)
    return 1 if arguments.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
