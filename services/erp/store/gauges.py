"""What erp looks at every now and then, for its gauges."""

from collections.abc import Mapping

from services.erp.store.releases import releases
from services.erp.store.silence import silence
from services.kit.rounds import Rounds
from services.kit.store import Store


def gauges(store: Store) -> Mapping[str, Rounds]:
    """By the name of the part."""
    return {"silence": silence(store), "delayed releases": releases(store)}
