"""Open onnxruntime sessions."""

import os
from functools import cache
from pathlib import Path
from threading import Lock

# Before the import, which otherwise writes an identifier of the device to the home directory, and
# sends it to Microsoft with facts about the machine and the models. Source: onnxruntime's
# Privacy.md, "Disabling Telemetry".
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from cutout.segment.model_file import ModelError

OF_ONE_PROCESSOR = ["NchwcTransformer"]
"""Optimisations for one kind of processor, which are disabled: a graph that was optimised elsewhere
then answers the same bytes here. It costs 2 % of the time."""

UNUSABLE = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""Errors that onnxruntime raises for a file that it can't open a session for."""

REGISTERING = Lock()


def load_session(path: Path, threads: int, *, optimised: bool = False) -> ort.InferenceSession:
    """Return a CPU session for a function that is billed by time and memory.

    `optimised` graphs (`model.recipe.prepare`) load as they are, in less than half the time. Raise
    `ModelError` if the file is not a graph, or its weights are missing.
    """
    with REGISTERING:  # the networks and the edge refiner load on threads of their own
        _share_arena()
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # spinning threads take processor time from the working ones
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    # memory patterns allocate one block for each graph that no other can reuse: 100 MB more for
    # both looks, and no time saved (0.86 s with and without)
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
        raise ModelError(f"Can't load the model {path}: {reason}") from error


@cache
def _share_arena() -> None:
    """Give the process one memory arena for all sessions.

    An arena keeps its peak, which the function's memory size must cover anyway. Without one,
    allocating pages again takes 9 % of the network's time; one for each session would keep the sum
    of their peaks.
    """
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    ort.create_and_register_allocator(memory, None)
