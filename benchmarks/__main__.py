"""Run the benchmarks named on the command line, or all: `python -m benchmarks pages`."""

import sys

from benchmarks import browser, notices, pages
from benchmarks.live import __main__ as live
from benchmarks.text import __main__ as text

ALL = {
    "pages": pages.main,
    "browser": browser.main,
    "notices": notices.main,
    "live": lambda: live.main([]),
    "text": text.main,
}

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(ALL)
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are: {', '.join(ALL)}")
    for name in wanted:
        ALL[name]()
