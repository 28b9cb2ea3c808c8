"""`python -m precedent_viewer.bench`: the verb without the command line around it."""

import sys

from precedent_viewer.bench.verb import main
from precedent_viewer.errors import ViewerError

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ViewerError as error:
        sys.stderr.write(f"precedent: {error}\n")
        sys.exit(2)
