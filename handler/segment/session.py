"""The onnxruntime session."""

from pathlib import Path

import onnxruntime as ort

OF_ONE_PROCESSOR = ["NchwcTransformer"]
"""What onnxruntime would fit to the width of this processor's registers: it is left out, so that a
graph optimised elsewhere answers byte for byte what it answers here. It is worth
2 % of the time."""


def load_session(path: Path, threads: int, *, optimised: bool = False) -> ort.InferenceSession:
    """A CPU session tuned for a function that is paid by the millisecond and the megabyte.
    `optimised` graphs (`model.prepare`) are taken as they are, in less than half the time."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # a spinning thread burns the share of the clock that the working one needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # the arena keeps the peak for ever, but the peak is what memory is bought for; without it every
    # picture pays for fresh pages again: 9 % of the network's time for 87 MB less
    options.enable_cpu_mem_arena = True
    if optimised:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(
        path,
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=None if optimised else OF_ONE_PROCESSOR,
    )
