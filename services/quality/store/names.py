"""Our copies of what scopes name."""

from collections.abc import Collection

from services.kit.copies import known
from services.quality.domain.scope import Name
from services.quality.wire import NAMED


class CopiedNames:
    """ports.Names, as copied from mes and reference."""

    async def known(self, names: Collection[Name]) -> set[Name]:
        """A query a kind, of those that are asked for."""
        found = set[Name]()
        for kind in {name.kind for name in names}:
            keys = [name.key for name in names if name.kind is kind]
            found |= {Name(kind, key) for key in await known(NAMED[kind], keys)}
        return found
