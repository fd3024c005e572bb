"""Sentences and words of labels."""

from app.web.messages.common import N_

REFUSALS = {
    "nothing-to-label": N_("Nothing here needs a label of ours. Goods with trace codes have one."),
    "too-many-labels": N_("At most %(most)s labels can be printed at once."),
}

LABELS = {
    "LabelKind": {
        "lot": N_("Lot"),
        "pack": N_("Pack"),
        "tote": N_("Tote"),
        "bin": N_("Bin"),
        "device": N_("Machine"),
    },
    "LabelSource": {
        "receipt": N_("Receipt"),
        "lot": N_("Lot"),
        "code": N_("Trace code"),
        "bins": N_("Bins"),
        "totes": N_("Totes"),
        "devices": N_("Machines"),
    },
    "Layout": {
        "thermal_50x30": N_("Thermal, 50 × 30 mm"),
        "a4_21": N_("A4, 21 labels of 63.5 × 38.1 mm"),
        "a4_24": N_("A4, 24 labels of 70 × 37 mm"),
        "a4_40": N_("A4, 40 labels of 52.5 × 29.7 mm"),
        "a4_65": N_("A4, 65 labels of 38.1 × 21.2 mm"),
    },
    "SymbolKind": {
        "qr": N_("QR code: any phone opens the pack’s page"),
        "data_matrix": N_("DataMatrix: small, for scanners"),
        "gs1": N_("GS1 DataMatrix with the maker’s product number, lot and expiry"),
    },
}

ACTIONS = {"labels-printed": N_("Labels printed")}
