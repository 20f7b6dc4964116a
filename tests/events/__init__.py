"""Sample events. The assertions in `answers` explain themselves as those in a test do."""

import pytest

pytest.register_assert_rewrite("tests.events.answers")
