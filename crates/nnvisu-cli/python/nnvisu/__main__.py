"""`python -m nnvisu …` is `nnvisu …`, of the Python that runs it."""

import os
import subprocess
import sys

from nnvisu._program import find_program


def main() -> int:
    try:
        command = [find_program(), *sys.argv[1:]]
    except FileNotFoundError as error:
        print(f"nnvisu: {error}", file=sys.stderr)
        return 1
    if os.name == "posix":
        # The program takes the place of Python, so that signals and exit codes are its own.
        os.execv(command[0], command)
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        # Ctrl-C reaches both; the program has ended by itself.
        return 130


if __name__ == "__main__":
    sys.exit(main())
