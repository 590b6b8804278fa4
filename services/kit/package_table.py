"""Packages by their UN/ECE Rec 21 code, with the X before it that Rec 20 gives them.

A package holds what its item says: no ratio leads from one to another, nor to a piece.
"""

PACKAGES = """
    XAE aerosol
    XAM ampoule, non-protected
    XBA barrel
    XBB bobbin
    XBE bundle
    XBG bag
    XBI bin
    XBJ bucket
    XBK basket
    XBL bale, compressed
    XBN bale, non-compressed
    XBO bottle, non-protected, cylindrical
    XBX box
    XCA can, rectangular
    XCG cage
    XCH chest
    XCI canister
    XCK cask
    XCL coil
    XCQ cartridge
    XCR crate
    XCS case
    XCT carton
    XCU cup
    XCX can, cylindrical
    XCY cylinder
    XDR drum
    XEN envelope
    XGB gas bottle
    XJC jerrican, rectangular
    XJR jar
    XJY jerrican, cylindrical
    XKG keg
    XPA packet
    XPC parcel
    XPK package
    XPL pail
    XPO pouch
    XPX pallet
    XRK rack
    XRL reel
    XRO roll
    XSA sack
    XSH sachet
    XSO spool
    XST sheet
    XTB tub
    XTN tin
    XTU tube
    XVI vial
    XWA intermediate bulk container
"""
