"""Local copies of another service's look-ups: whoever has them goes on while the owner is away.

ITEMS = Kind("item", Item, key=lambda item: item.item_no, version=lambda item: item.version)

copies = Copies(store, TOPIC, "mes", peer)
copies.keep(ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=ask_items)
copies.follow(subscriptions)                      # fresh by event
service.add("copies", copies.part(), reports=True)  # filled once from the owner's snapshot

await copies.learn(ITEMS, {"FG-1": "plans[0].item_no"})    # outside a unit of work: what we lack
items = await require(ITEMS, {"FG-1": "plans[0].item_no"})  # inside: ours alone
"""

from services.kit.copies.copies import Copies
from services.kit.copies.kind import Kind
from services.kit.copies.shelf import known, listed, put, require, stamp

__all__ = ["Copies", "Kind", "known", "listed", "put", "require", "stamp"]
