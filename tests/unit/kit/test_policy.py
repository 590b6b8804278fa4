"""What every service's policy is made of."""

import pytest

from services.kit.access.policy import require_plants, require_whole_topic
from services.kit.access.principal import EVERY_PLANT, Principal, acting_as
from services.kit.errors import DeniedError


def somebody(*plants: str, scope: str = "x:read") -> Principal:
    """With one scope."""
    return Principal("ann", frozenset({scope}), frozenset(plants))


def test_the_first_plant_that_is_none_of_theirs_is_named_by_its_place() -> None:
    with acting_as(somebody("lyon")):
        require_plants(["lyon", "lyon"], "keys[{}].plant")
        with pytest.raises(DeniedError, match="no access to plant nice") as refused:
            require_plants(["lyon", "nice", "oslo"], "keys[{}].plant")
    assert (refused.value.code, refused.value.field) == ("foreign_plant", "keys[1].plant")


def test_a_whole_topic_is_for_who_works_for_all_plants() -> None:
    with acting_as(somebody(EVERY_PLANT)):
        assert require_whole_topic("x:read", "orders").subject == "ann"
        with pytest.raises(DeniedError) as refused:
            require_whole_topic("y:read", "orders")
        assert refused.value.code == "scope_required"
    with acting_as(somebody("lyon")), pytest.raises(DeniedError, match="plant's orders") as refused:
        require_whole_topic("x:read", "orders")
    assert (refused.value.code, refused.value.field) == ("foreign_plant", "partition")
    assert refused.value.hint
