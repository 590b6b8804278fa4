"""Opening stock as a file has it."""

from collections.abc import Mapping

from services.kit.loading import Cells, Sheet
from services.wms.domain.keys import LotKey
from services.wms.domain.opening import Counted
from services.wms.domain.place import Place, Status
from services.wms.domain.sscc import check_sscc


def _read(cells: Cells) -> Counted:
    hu = cells.text("handling_unit", 18)
    if hu:
        check_sscc(hu, "handling_unit")
    lot = LotKey(cells.name("plant", 32), cells.name("item_no"), cells.text("lot_no"))
    status, owner = cells.choice("status", Status), cells.text("owner")
    return Counted(
        Place(lot, cells.text("location"), status, owner, hu),
        cells.quantity("quantity"),
        cells.instant("as_of"),
    )


def _write(counted: Counted) -> Mapping[str, str]:
    place = counted.place
    return {
        **place.lot._asdict(),
        "location": place.location,
        "status": place.status,
        "owner": place.owner,
        "handling_unit": place.hu,
        "quantity": counted.quantity.text,
        "quantity_unit": counted.quantity.unit,
        "as_of": str(counted.as_of),
    }


STOCK = Sheet(
    required=("plant", "item_no", "status", "quantity", "quantity_unit", "as_of"),
    optional=("lot_no", "location", "owner", "handling_unit"),
    read=_read,
    write=_write,
    key=lambda one: "/".join((*one.place.lot, *one.place[1:])).rstrip("/"),
)
