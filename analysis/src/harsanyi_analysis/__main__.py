"""python -m harsanyi_analysis report REPORT.json OUT_DIR"""

import argparse
import sys
from pathlib import Path

from .errors import AnalysisError
from .report import write_report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="harsanyi_analysis", description="draws what harsanyi measured")
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="write one self-contained page with tables and figures")
    report.add_argument("description", type=Path, metavar="REPORT.json", help="written by `harsanyi report`")
    report.add_argument("folder", type=Path, metavar="OUT_DIR", help="gets index.html and figures/*.png")
    options = parser.parse_args(arguments)
    try:
        print(write_report(options.description, options.folder))
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
