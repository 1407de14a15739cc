"""``python -m mathviz``: the same as the console script, also where a file of the working directory is called as a
library is."""

import sys
from pathlib import Path

if __name__ == "__main__" and sys.path[:1] == [str(Path.cwd())]:
    sys.path.append(sys.path.pop(0))

from mathviz.cli import main

if __name__ == "__main__":
    main()
