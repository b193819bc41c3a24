"""The clock is read in one place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.lint.clock import clock

Lines = Callable[..., list[int]]
DOMAIN = "src/curbledger/violations/pay.py"


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nat = datetime.now()",
        "from datetime import datetime as moment\nat = moment.now(UTC).date()",
        "from datetime import datetime\nat = datetime.utcnow()",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nat = dt.date.today()",
        "from datetime import date\nread = date.today",
        "import time\nat = time.time()",
        "from time import time\nat = time()",
        "from time import time_ns as t\nat = t()",
        "from django.utils import timezone\nat = timezone.now()",
        "from django.utils.timezone import now\nfield = DateTimeField(default=now)",
        "import django.utils.timezone\nat = django.utils.timezone.now()",
        "# It is made here.\nfield = DateTimeField(auto_now_add=True)",
        "# It is made here.\nfield = DateTimeField(auto_now=True)",
    ],
)
def test_a_reading_of_the_clock_is_found(lines_found: Lines, text: str) -> None:
    assert lines_found(clock, DOMAIN, text) == [2]


def test_a_reading_inside_a_function_that_imports_it_is_found(lines_found: Lines) -> None:
    text = """
        def late():
            from django.utils import timezone

            return timezone.now()
    """

    assert lines_found(clock, DOMAIN, text) == [4]


@pytest.mark.parametrize(
    "text",
    [
        "from curbledger.kit import clock\nat = clock.now()",
        "import time\nstart = time.monotonic()",
        "from datetime import datetime\nat = datetime(2026, 8, 1)",
        "from datetime import time\nnoon = time(12)",
        "batch.time.time()\ndatetime.now()",
        "'datetime.now()'",
    ],
)
def test_what_only_looks_like_a_reading_is_not(lines_found: Lines, text: str) -> None:
    assert lines_found(clock, DOMAIN, text) == []


def test_a_reason_on_the_line_allows_it(lines_found: Lines) -> None:
    text = """
        import time

        at = time.time()  # clock: the file's own age, compared with its mtime
        at = time.time()  # clock:
        at = time.time()  # noqa: X1  # clock: two remarks may stand there
    """

    assert lines_found(clock, DOMAIN, text) == [4]


@pytest.mark.parametrize("path", ["src/curbledger/kit/clock.py", "tests/kit/test_clock.py"])
def test_the_clock_itself_and_tests_may_read_it(lines_found: Lines, path: str) -> None:
    assert lines_found(clock, path, "import time\nat = time.time()") == []
