"""The office closes what is finished: not a cent of it stays in work."""

from decimal import Decimal

from tools.demo.finance import Cost, Finances, finances
from tools.demo.scene import Scene
from tools.demo.shift import CURRENCY, PLANT


async def closing(scene: Scene) -> None:
    """In the ERP, by its own users; the platform hears of it and settles what each order cost."""
    orders, erp = scene.shift.finished, scene.erp
    await erp.close_orders(orders)
    found = await scene.until(
        lambda: _settled(scene), f"orders {', '.join(orders)} settled", log="erp-0"
    )
    costs = [found.costs[order] for order in orders]
    variance = sum((one.usage + one.scrap + one.rounding for one in costs), Decimal(0))
    scene.say(f"{len(orders)} finished orders are closed in {erp.title}: none of it is in work")
    scene.note("settled", len(orders), f"closed orders: WIP 0.00, variance {variance} {CURRENCY}")


async def books(scene: Scene) -> Finances:
    """The journal as it is now."""
    return await finances(scene.crew.money, scene.crew.stock, PLANT, scene.shift.orders)


async def _settled(scene: Scene) -> Finances | None:
    """Once every movement is booked, and nothing is in work of what is closed."""
    found = await books(scene)
    costs = (found.costs[order] for order in scene.shift.finished)
    done = found.moved == {*found.booked} and all(map(_is_settled, costs))
    return found if done else None


def _is_settled(cost: Cost) -> bool:
    return bool(cost.settlements) and not cost.wip
