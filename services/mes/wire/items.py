"""How goods are counted, as reference tells of it."""

from plantmesh.reference.v1 import records_pb2, reference_pb2

from services.kit.copies.measures import kind_of_items, kind_of_lots

ITEMS = kind_of_items(reference_pb2.Item)
LOTS = kind_of_lots(records_pb2.LotConversion)
