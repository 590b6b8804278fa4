"""What an operation may ask for; checked before anything runs, in one pass over the document."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

MAX_TOKENS = 4000
MAX_DEPTH = 12
MAX_ALIASES = 60
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How deep a selection goes, and how many aliases it spells out."""

    depth: int
    aliases: int


class SizeLimit(ValidationRule):
    """Refuses operations that are too deep or repeat themselves under too many aliases.

    Strawberry's own limiters walk a fragment anew wherever it is spread, so a hundred nested
    fragments never end; and they make a class per request, which empties the validation cache.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, SelectionSetNode] = {
            node.name.value: node.selection_set
            for node in context.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure one operation."""
        size = self._measure(node.selection_set)
        if size.depth > MAX_DEPTH:
            self._refuse(node, f"{size.depth} levels deep, {MAX_DEPTH} are allowed")
        if size.aliases > MAX_ALIASES:
            self._refuse(node, f"{size.aliases} aliases, {MAX_ALIASES} are allowed")

    def _refuse(self, node: OperationDefinitionNode, message: str) -> None:
        self.report_error(GraphQLError(message, node, extensions={"code": "too_complex"}))

    def _measure(self, selections: SelectionSetNode | None) -> Size:
        depth = aliases = 0
        for node in selections.selections if selections else ():
            inner = self._inside(node)
            is_field = isinstance(node, FieldNode)
            depth = max(depth, inner.depth + is_field)
            aliases += inner.aliases + (isinstance(node, FieldNode) and node.alias is not None)
        return Size(depth, aliases)

    def _inside(self, node: Any) -> Size:
        if not isinstance(node, FragmentSpreadNode):
            return self._measure(node.selection_set)
        name = node.name.value
        if name not in self._known:
            # A fragment inside itself, or one that is missing, is another rule's business.
            self._known[name] = Size(0, 0)
            self._known[name] = self._measure(self._fragments.get(name))
        return self._known[name]
