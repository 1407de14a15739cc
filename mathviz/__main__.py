"""``python -m mathviz``: the same as the console script."""

from mathviz.cli import main

if __name__ == "__main__":
    main()
