"""Start the command `cutout`, also by ``python -m cutout``.

Worker processes import this module again.
"""

import signal


def run() -> None:
    """Run the command and end the process.

    Until the command handles interrupts, let them end the process at once: Python would print a
    traceback of the imports. Leave them ignored if they are, as for what a shell starts with `&`.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cutout.command import main  # noqa: PLC0415

    main.run()


if __name__ == "__main__":
    run()
