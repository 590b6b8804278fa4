"""The gRPC face of quality. Refusals become status codes in kit.rpc."""

from services.quality.rpc.desk import Desk
from services.quality.rpc.holds import HoldServicer, LookUp
from services.quality.rpc.inspections import InspectionServicer

__all__ = ["Desk", "HoldServicer", "InspectionServicer", "LookUp"]
