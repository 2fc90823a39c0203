"""``python -m sequencer`` and the command ``sequencer``; Ctrl-C counts while the program is still being loaded."""

import sys

from sequencer.cli.interrupt import ignore, listen, pressed


def main() -> None:
    """Load the command line and run it."""
    listen()
    try:
        from sequencer.cli.main import main as run

        run()
    except BaseException as error:
        # What the command line itself knows of ends as SystemExit; the rest, while modules load, has nothing to keep.
        if pressed() and not isinstance(error, SystemExit):
            sys.exit(130)
        raise
    finally:
        ignore()


if __name__ == "__main__":
    main()
