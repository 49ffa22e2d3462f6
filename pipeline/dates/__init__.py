"""French date expressions to EDTF (ISO 8601-2), and the date of a document from its own text. No model
needed.
"""

from pipeline.dates.dating import DocumentDate, infer_document_date
from pipeline.dates.grounding import Found, Grounded, find, find_and_ground, ground, ground_all
from pipeline.dates.values import bounds, is_edtf, overlaps, same_date

__all__ = [
    "DocumentDate",
    "Found",
    "Grounded",
    "bounds",
    "find",
    "find_and_ground",
    "ground",
    "ground_all",
    "infer_document_date",
    "is_edtf",
    "overlaps",
    "same_date",
]
