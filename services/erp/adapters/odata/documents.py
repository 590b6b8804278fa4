"""Material documents of API_MATERIAL_DOCUMENT_SRV: booked whole, found by our key, never edited."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct, field

from services.erp.adapters.odata.movements import (
    OF_KIND,
    UNDOING,
    Movement,
    fill_header,
    fill_item,
    fill_line,
    key_of,
)
from services.erp.adapters.odata.outcomes import StoppedError, rejected
from services.erp.adapters.odata.papers import Results, page, told
from services.erp.adapters.odata.session import Session, address
from services.erp.adapters.odata.shape import Form, Shapes
from services.erp.adapters.odata.values import key, literal
from services.erp.domain.document import LineDocument, PostingDocument
from services.kit.lanes.outcome import Unavailable, Unknown

_SERVICE, _SET, _ITEMS = (
    "API_MATERIAL_DOCUMENT_SRV",
    "A_MaterialDocumentHeader",
    "A_MaterialDocumentItem",
)
_TO_ITEMS = "to_MaterialDocumentItem"
_AT_ONCE = 10


class Item(Struct):
    """A line of a document; what the ERP has no property for is ""."""

    number: str = field(name="MaterialDocumentItem")
    material: str = field(name="Material")
    kind: str = field(name="GoodsMovementType")
    amount: Decimal = field(name="QuantityInEntryUnit")
    unit: str = field(name="EntryUnit")
    batch: str = field(name="Batch", default="")

    @property
    def line(self) -> LineDocument:
        """In our words."""
        return LineDocument(self.material, self.batch, self.amount, self.unit, "")


class Document(Struct):
    """A material document with its lines."""

    number: str = field(name="MaterialDocument")
    year: str = field(name="MaterialDocumentYear")
    key: str = field(name="ReferenceDocument")
    items: Results[Item] = field(name=_TO_ITEMS)

    @property
    def name(self) -> str:
        """ "<number>/<year>"; the number alone is used again in another year."""
        return f"{self.number}/{self.year}"


class Documents:
    """What is booked. All calls raise StoppedError."""

    def __init__(self, session: Session, storage_location: str) -> None:
        self._session = session
        self._shapes = Shapes(session)
        self._storage_location = storage_location

    async def found(self, references: Collection[str]) -> dict[str, list[Document]]:
        """By reference, all documents that bear its key."""
        keys = {key_of(reference): reference for reference in references}
        wanted = sorted(keys)
        paths = [
            _where("ReferenceDocument", wanted[at : at + _AT_ONCE])
            for at in range(0, len(wanted), _AT_ONCE)
        ]
        known: dict[str, list[Document]] = {reference: [] for reference in references}
        for content in await self._session.read_whole(_SERVICE, paths):
            for document in page(content, Document):
                reference = keys.get(document.key.strip().upper())
                if reference is None:
                    # Whoever answers with what nobody asked for may have left out what we did.
                    raise StoppedError(Unavailable("the ERP looked for other documents"))
                known[reference].append(document)
        return known

    async def one(self, name: str) -> Document:
        """By its name."""
        number, _, year = name.partition("/")
        at = key(MaterialDocument=number, MaterialDocumentYear=year)
        found = await self._session.read(_SERVICE, address(f"{_SET}{at}", expand=_TO_ITEMS))
        if found is None:
            raise rejected(f"the ERP cannot take {name} back", "reverses", "not_reversible")
        return told(found, Document)

    async def book(self, posting: PostingDocument, plant: str) -> str:
        """Enter a posting, and read back what stands under its key."""
        movement = OF_KIND[posting.kind]
        return await self._enter(posting, plant, movement, posting.lines, ())

    async def undo(self, posting: PostingDocument, plant: str, document: Document) -> str:
        """Enter the document that takes another one back."""
        kinds = {item.kind for item in document.items.results}
        kind = kinds.pop() if len(kinds) == 1 else ""
        if kind not in UNDOING:
            raise rejected(f"{document.name} cannot be taken back", "reverses", "not_reversible")
        if await self._is_undone(document):
            raise rejected(f"{document.name} is taken back", "reverses", "already_reversed")
        items = document.items.results
        lines = [item.line for item in items]
        undone = [(document, item) for item in items]
        return await self._enter(posting, plant, UNDOING[kind], lines, undone)

    async def _enter(
        self,
        posting: PostingDocument,
        plant: str,
        movement: Movement,
        lines: Sequence[LineDocument],
        undone: Sequence[tuple[Document, Item]],
    ) -> str:
        header = Form(await self._shapes.of(_SERVICE, _SET))
        fill_header(header, posting, movement)
        shape = await self._shapes.of(_SERVICE, _ITEMS)
        items = []
        for index, line in enumerate(lines):
            form = Form(shape)
            form.need("Plant", plant, "order.plant")
            form.offer("StorageLocation", self._storage_location, "")
            fill_item(form, posting, movement)
            fill_line(form, line, f"lines[{index}]")
            if undone:
                _point_back(form, *undone[index])
            items.append(form.paper)
        paper = header.paper | {_TO_ITEMS: items}
        await self._session.create(_SERVICE, _SET, paper, lines)
        return await self._booked(posting.reference)

    async def _booked(self, reference: str) -> str:
        """An answer of 201 proves nothing; what is there is whole."""
        try:
            documents = (await self.found([reference]))[reference]
        except StoppedError as stopped:
            raise StoppedError(Unknown("the ERP cannot tell what it booked")) from stopped
        if not documents:
            raise StoppedError(Unknown("the ERP answered that it booked, and did not"))
        return documents[0].name

    async def _is_undone(self, document: Document) -> bool:
        if "InvtryMgmtReferenceDocument" not in await self._shapes.of(_SERVICE, _ITEMS):
            raise rejected("the ERP's documents name no other", "reverses", "not_supported")
        pointing = (
            f"InvtryMgmtReferenceDocument eq {literal(document.number)}"
            f" and ReferenceDocumentFiscalYear eq {literal(document.year)}"
        )
        path = address(_ITEMS, filter=pointing)
        [found] = await self._session.read_many(_SERVICE, [path])
        return bool(page(found, Item))


def _point_back(form: Form, document: Document, item: Item) -> None:
    form.need("InvtryMgmtReferenceDocument", document.number, "reverses")
    form.need("ReferenceDocumentFiscalYear", document.year, "reverses")
    form.need("InvtryMgmtRefDocumentItem", item.number, "reverses")


def _where(name: str, values: Iterable[str]) -> str:
    asked = " or ".join(f"{name} eq {literal(value)}" for value in values)
    return address(_SET, filter=asked, expand=_TO_ITEMS)
