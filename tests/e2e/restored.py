"""Lambda's runtime under SnapStart, rehearsed: ``python -m tests.e2e.restored``.

AWS's runtime interface client loads the handler and runs the hooks. Where it waits for the restore,
this process forks twice, so that two instances go on from the same state, as from a snapshot.
Each answer names its instance and a random number. (Threads do not survive a fork, as they do a
snapshot: the networks need `CUTOUT_THREADS=1`.)
"""

import faulthandler
import json
import os
import random
import signal
import sys
from typing import Any

from awslambdaric.__main__ import main
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

from tests.e2e.runtime_api import PREPARED

INSTANCES = 2
HANDLER = "tests.e2e.restored.lambda_handler"
RANDOM = "REHEARSAL_RANDOM"
"""Variable with the first random number of an instance, drawn before its first request."""


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with two headers more."""
    answer = handle(event, context)
    answer["headers"] |= {"x-instance": str(os.getpid()), "x-random": os.environ[RANDOM]}
    return answer


class Rehearsal(LambdaRuntimeClient):  # type: ignore[misc]  # it has no types
    """Makes two instances of the one that has waited for its restore."""

    def restore_next(self) -> None:
        prepared = [name for name in PREPARED if name in sys.modules]
        print(json.dumps({"snapshot": prepared}), flush=True)
        super().restore_next()
        if all(os.fork() for _ in range(INSTANCES)):
            for _ in range(INSTANCES):
                os.wait()
            sys.exit()

    def wait_next_invocation(self) -> Any:
        os.environ.setdefault(RANDOM, str(random.random()))  # noqa: S311
        return super().wait_next_invocation()


if __name__ == "__main__":
    from awslambdaric import __main__ as client

    faulthandler.register(signal.SIGUSR1)  # a test that waits in vain asks where it hangs
    client.LambdaRuntimeClient = Rehearsal
    main([sys.argv[0], HANDLER])
else:
    from cutout.aws import lambda_handler as handle
