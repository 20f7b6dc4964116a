"""Run the command `cutout`: ``python -m cutout``. Worker processes import this module again."""

from cutout.command.main import run

if __name__ == "__main__":
    run()
