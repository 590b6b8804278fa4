"""What the resolvers of the telemetry subgraph are asked with."""

from strawberry.types import Info

from services.kit.graph import BooksContext
from services.telemetry.ports import Books

Asked = Info[BooksContext[Books], None]
