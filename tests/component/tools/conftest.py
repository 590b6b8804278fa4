"""What the tests of the mesh share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import scratch_folder


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder for one module that the account `nobody` can reach."""
    with scratch_folder() as root:
        yield root
