"""What quality finds, decides and holds."""

from tools.nouns.noun import IN_ITS_OWNER, Noun, Without

QUALITY = (
    Noun(
        "inspection",
        "quality",
        ("InspectionService.BatchGetInspections", "InspectionService.BatchGetLotQuality"),
        ("InspectionService.ListInspections",),
        ("InspectionOpened", "InspectionChanged"),
        ("Order.inspections", "Query.inspections"),
    ),
    Noun(
        "inspection result",
        "quality",
        Without("of an inspection, in pages: there may be thousands"),
        ("InspectionService.ListResults",),
        Without("how many failed is told as InspectionChanged"),
        ("Inspection.measured", "Inspection.failed"),
    ),
    Noun(
        "disposition",
        "quality",
        ("InspectionService.BatchGetInspections",),
        Without(IN_ITS_OWNER),
        ("DispositionMade",),
        ("Inspection.dispositions", "LotQuality.dispositions"),
    ),
    Noun(
        "lot quality",
        "quality",
        ("InspectionService.BatchGetLotQuality",),
        Without("a lot has one"),
        ("LotJudged", "InspectionChanged", "DispositionMade"),
        ("Lot.quality",),
    ),
    Noun(
        "hold",
        "quality",
        ("HoldService.BatchGetHolds",),
        ("HoldService.ListHolds", "HoldService.ListHoldLots"),
        ("HoldPlaced", "HoldReleased", "HoldSettled"),
        ("Order.holds", "Query.holds"),
    ),
)
