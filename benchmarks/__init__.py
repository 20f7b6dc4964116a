"""Measure speed, memory and start-up of the whole service: ``make bench``."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the images
