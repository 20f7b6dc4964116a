import re

import pytest

from cutout.timing import Stages


def test_stages_add_up_in_order_and_survive_errors() -> None:
    stages = Stages()
    with stages.time("first"):
        pass
    with pytest.raises(ValueError, match="boom"), stages.time("second"):
        raise ValueError("boom")
    with stages.time("first"):
        pass
    assert list(stages.milliseconds) == ["first", "second"]
    value = stages.headers()["Server-Timing"]
    assert re.fullmatch(r"first;dur=\d+\.\d, second;dur=\d+\.\d", value), value
