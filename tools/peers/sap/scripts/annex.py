"""What S/4HANA has and mock-sap lacks: production orders, goods movements for them, schedule lines.

Names and lengths of properties are those of API_PRODUCTION_ORDER_2_SRV and
API_MATERIAL_DOCUMENT_SRV. How they are asked for and answered (keys, filters, deep inserts, ETags,
CSRF, $batch, errors) stays mock-sap's.
"""

import movements
import orders
import trades
from mocksap import schema, service
from mocksap.odata import SapError

_ACTIONS = {"TechlyCmpltOrder": orders.complete}
_served = service._dispatch


def join():
    """Before the mock opens its database: its tables follow from these types."""
    for kind in orders.TYPES:
        schema.ENTITY_TYPES[kind.name] = kind
    schema.SERVICES[orders.SERVICE.name] = orders.SERVICE
    for name, more in movements.PROPERTIES.items():
        schema.ENTITY_TYPES[name].props.extend(more)
    trades.join()
    service._post_goods_receipt = movements.post
    service._dispatch = _dispatch


def _dispatch(ctx, svc, rest, method, *more):
    """mock-sap knows no function imports."""
    name = rest.strip("/")
    if svc is not orders.SERVICE or name not in _ACTIONS:
        return _served(ctx, svc, rest, method, *more)
    if method != "POST":
        raise SapError(f"{name} requires POST", 405)
    opts, headers = more[0], more[1]
    return _ACTIONS[name](ctx, opts, headers)
