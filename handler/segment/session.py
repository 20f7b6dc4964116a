"""The onnxruntime session."""

from pathlib import Path

import onnxruntime as ort


def load_session(path: Path, threads: int) -> ort.InferenceSession:
    """A CPU session tuned for a function that is paid by the millisecond and the megabyte."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # a spinning thread burns the share of the clock that the working one needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # the arena keeps the peak for ever, but the peak is what memory is bought for; without it every
    # picture pays for fresh pages again: 9 % of the network's time for 87 MB less
    options.enable_cpu_mem_arena = True
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
