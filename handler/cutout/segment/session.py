"""Open onnxruntime sessions."""

from functools import cache
from pathlib import Path
from threading import Lock

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from cutout.segment.model_file import ModelError

OF_ONE_PROCESSOR = ["NchwcTransformer"]
"""What onnxruntime would fit to the width of this processor's registers: it is left out, so that a
graph optimised elsewhere answers byte for byte what it answers here. It is worth
2 % of the time."""

UNUSABLE = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""What onnxruntime raises for a file that it can't make a session of."""

REGISTERING = Lock()


def load_session(path: Path, threads: int, *, optimised: bool = False) -> ort.InferenceSession:
    """Return a CPU session tuned for a function that is paid by the millisecond and the megabyte.
    `optimised` graphs (`model.recipe.prepare`) load as they are, in less than half the time.
    Raise `ModelError` where the file is no graph, or its weights are missing."""
    with REGISTERING:  # the networks and the edge refiner load on threads of their own
        _share_arena()
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # a spinning thread burns the share of the clock that the working one needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    # a pattern takes all that a run needs in one piece, whose place nothing else fits into later:
    # 100 MB more for both looks, and no time won (0.86 s with and without)
    options.enable_mem_pattern = False
    if optimised:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return ort.InferenceSession(
            path,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=None if optimised else OF_ONE_PROCESSOR,
        )
    except UNUSABLE as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"The model {path} can not be loaded: {reason}") from error


@cache
def _share_arena() -> None:
    """Give the process one arena for all sessions. An arena keeps its peak for ever, but the peak
    is what memory is bought for; without any, every picture pays for fresh pages again: 9 % of the
    network's time. One for each session would keep the sum of their peaks."""
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    ort.create_and_register_allocator(memory, None)
