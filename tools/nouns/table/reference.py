"""Master data, and what codes mean."""

from tools.nouns.noun import Noun, Without

_ALL_KINDS = ("MasterDataService.ListMasterData",)
REFERENCE = (
    Noun(
        "item",
        "reference",
        ("ReferenceService.BatchGetItems",),
        ("ReferenceService.ListItems", *_ALL_KINDS),
        ("ItemChanged",),
        ("Query.item", "Query.items", "LotIdentity.item", "StockBalance.item"),
    ),
    Noun(
        "plant",
        "reference",
        ("ReferenceService.BatchGetPlants",),
        _ALL_KINDS,
        ("PlantChanged",),
        ("Query.plant",),
    ),
    Noun(
        "bill of material",
        "reference",
        ("ReferenceService.BatchGetBoms", "MasterDataService.BatchGetEffective"),
        _ALL_KINDS,
        ("BomChanged",),
        ("EffectiveMasterData.bom", "Query.effective"),
    ),
    Noun(
        "routing",
        "reference",
        ("ReferenceService.BatchGetRoutings", "MasterDataService.BatchGetEffective"),
        _ALL_KINDS,
        ("RoutingChanged",),
        ("EffectiveMasterData.routing",),
    ),
    Noun(
        "equipment",
        "reference",
        ("ReferenceService.BatchGetEquipment",),
        _ALL_KINDS,
        ("EquipmentChanged",),
        ("Equipment.master", "Query.equipment"),
    ),
    Noun(
        "location",
        "reference",
        ("MasterDataService.BatchGetLocations",),
        _ALL_KINDS,
        ("LocationChanged",),
        ("Query.locations",),
    ),
    Noun(
        "party",
        "reference",
        ("ReferenceService.BatchGetParties",),
        _ALL_KINDS,
        ("PartyChanged",),
        ("Query.party", "Query.parties", "LotShipment.customerParty", "LotReceipt.supplierParty"),
    ),
    Noun(
        "reason",
        "reference",
        ("MasterDataService.BatchGetReasons",),
        _ALL_KINDS,
        ("ReasonChanged",),
        ("Query.reasons",),
    ),
    Noun(
        "engineering change",
        "reference",
        ("MasterDataService.BatchGetChanges",),
        _ALL_KINDS,
        ("EngineeringChangeChanged",),
        ("Item.changes",),
    ),
    Noun(
        "lot conversion",
        "reference",
        ("MasterDataService.BatchGetLotConversions",),
        _ALL_KINDS,
        ("LotConversionChanged",),
        Without(
            "wms, mes and erp restate by their copies of it; StockMovement.given and"
            " Confirmation.given show what an amount was before"
        ),
    ),
    Noun(
        "standard cost",
        "reference",
        ("MasterDataService.BatchGetStandardCosts",),
        _ALL_KINDS,
        ("StandardCostChanged",),
        Without("sensitive; what it comes to is Order.cost, for those who may see costs"),
    ),
    Noun(
        "code mapping",
        "reference",
        ("CodeService.BatchGetCodes",),
        ("CodeService.ListCodes",),
        ("CodeMapped", "CodeDrafted", "CodeRetired"),
        ("Query.codes",),
    ),
    Noun(
        "code that waits for a steward",
        "reference",
        Without("found where it waits, in pages"),
        (
            "CodeService.ListWaitingCodes",
            "CodeService.ListWaitingDocuments",
            "ReferenceService.ListUnmappedCodes",
        ),
        ("CodeUnmapped",),
        ("Query.waitingCodes",),
    ),
)
