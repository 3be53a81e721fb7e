"""./rapport: the environment, then the command inside it. Standard library only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from launcher import commands
from launcher.places import Problem


def main() -> int:
    """Run the command; what goes wrong is said in one sentence."""
    try:
        return commands.run(sys.argv[1:])
    except Problem as problem:
        return _sorry(str(problem))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as problem:
        return _sorry(f"{problem.filename or 'The machine'}: {problem.strerror or problem}.")


def _sorry(sentence: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
