"""``python -m mathviz``: the same as the console script, also where a file of the working directory is called as a
library is."""

import signal
import sys


def main() -> None:
    """The console script. An interrupt just ends it until the command looks after that itself: nothing is begun yet."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pathlib import Path

    if __name__ == "__main__" and sys.path[:1] == [str(Path.cwd())]:
        sys.path.append(sys.path.pop(0))
    from mathviz.cli import main as command

    command()


if __name__ == "__main__":
    main()
