"""The suites' own assertions explain themselves like any test's."""

import pytest

pytest.register_assert_rewrite("tests.contract.erp_system")
