"""`python -m benchmarks.text [part ...]`: the parts named, or all, in the order of the engine."""

import sys
from collections.abc import Sequence
from importlib import import_module

PARTS = ("tree", "differences", "hostile", "rendered", "anchors", "merging", "authorship", "storage", "grouping")


def main(wanted: Sequence[str] = ()) -> None:
    """Run the parts named, or all."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    for name in wanted or PARTS:
        import_module(f"benchmarks.text.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
