"""Files of master data that are refused, and the row, column and code of why."""

BAD_FILES: list[tuple[str, list[str], tuple[int, str, str]]] = [
    ("items", ["item_no,taste", "a,b"], (1, "taste", "unknown_column")),
    ("items", ["item_no,item_no", "a,b"], (1, "item_no", "unknown_column")),
    ("items", ["description", "a"], (1, "item_no", "missing_column")),
    ("items", [], (1, "item_no", "missing_column")),
    ("boms", ["plant,item_no,alternative,revision"], (1, "position", "missing_column")),
    ("items", ["item_no,description", 'a,"b" c'], (2, "", "malformed_file")),
    (
        "items",
        ["item_no,base_unit,type,classes", "new,KGM,raw,a| b"],
        (2, "classes", "bad_name"),
    ),
    ("items", ["item_no,description", "new,b"], (2, "base_unit", "incomplete_record")),
    (
        "codes",
        ["domain,system,plant,code", "uom,sap,,KG"],
        (2, "canonical", "incomplete_record"),
    ),
    (
        "conversions",
        ["item_no,from,to,numerator,denominator", "gone,H87,KGM,1,2"],
        (2, "item_no", "unknown_item"),
    ),
    (
        "conversions",
        [
            "item_no,from,to,numerator,denominator",
            "widget,H87,KGM,1,2",
            "widget,H87,KGM,0,2",
        ],
        (3, "numerator", "not_positive"),
    ),
    (
        "conversions",
        ["item_no,from,to,numerator,denominator", "steel,H87,KGM,1,2", "steel,H87,GRM,1,2"],
        (3, "", "contradicting_ratio"),
    ),
    (
        "routings",
        ["plant,item_no,alternative,revision,sequence,depends_on", "lyon,widget,1,A,10,30"],
        (2, "depends_on", "unknown_operation"),
    ),
    (
        "routings",
        [
            "plant,item_no,alternative,revision,valid_from,eco_no,sequence",
            "lyon,widget,1,A,2026-05-01,e,10",
            "lyon,widget,1,A,2026-05-01,f,20",
        ],
        (3, "eco_no", "differs_within_record"),
    ),
    (
        "routings",
        [
            "plant,item_no,alternative,revision,valid_from,sequence",
            "lyon,widget,1,A,tomorrow,10",
        ],
        (2, "valid_from", "bad_value"),
    ),
    (
        "locations",
        ["plant,storage_location,bin,type", "nice,main,,storage"],
        (2, "plant", "unknown_plant"),
    ),
    (
        "codes",
        ["domain,system,plant,code,canonical", "item,erp-1,,N-1,nut"],
        (2, "canonical", "unknown_item"),
    ),
    (
        "codes",
        ["domain,system,plant,code,canonical", "uom,erp-1,,PC,PCE"],
        (2, "canonical", "unknown_unit"),
    ),
    (
        "codes",
        ["domain,system,plant,code,canonical,valid_from", "uom,erp-1,,P,H87,2026-05-01"],
        (2, "valid_from", "bad_value"),
    ),
]
