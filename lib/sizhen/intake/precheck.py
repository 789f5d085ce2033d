"""What a zip-packed workbook may be before anything parses it: sizes, no DTD, no sheet spread over emptiness."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO

from sizhen.intake.errors import IntakeError

MAX_PARTS = 5_000
MAX_UNPACKED = 512 << 20
RATIO, RATIO_FROM = 200, 32 << 20  # sheets that repeat themselves shrink 100-fold; small ones may do so further
MAX_SPREAD = 50  # rows up to the last one, for every row that is there
SPARE_ROWS = 1_000
XML = (".xml", ".rels", ".vml")
TYPES = (b"<!DOCTYPE", b"<!ENTITY")
ROW = re.compile(rb"<row\b[^<>]*?\br=\"(\d+)\"")
FAR_COLUMN = re.compile(rb"\br=\"[A-Z]{3}\d")  # beyond column ZZ, the 702nd
HOSTILE = "do not open it, and export the file again"


def check(stream: IO[bytes], file: str) -> None:
    """Raises IntakeError for a damaged or hostile package."""
    try:
        with zipfile.ZipFile(stream) as package:
            _sizes(package, file)
            for entry in package.infolist():
                if entry.filename.lower().endswith(XML):
                    _part(package.read(entry), entry.filename, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise IntakeError(file, f"is a damaged workbook ({type(error).__name__})", "export the file again") from None


def _sizes(package: zipfile.ZipFile, file: str) -> None:
    parts = package.infolist()
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise IntakeError(file, f"unpacks to {unpacked >> 20} MB in {len(parts)} parts", "export a shorter period")
    if unpacked > RATIO_FROM and unpacked > RATIO * packed:
        raise IntakeError(file, f"unpacks to {unpacked // max(packed, 1)} times its size, as no export does", HOSTILE)
    if not any(p.filename in ("[Content_Types].xml", "mimetype") for p in parts):
        raise IntakeError(file, "is a zip archive and no workbook", "unpack it, or save it as xlsx")


def _part(data: bytes, part: str, file: str) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        data = data.decode("utf-16", errors="replace").encode()
    if any(word in data for word in TYPES):
        raise IntakeError(file, "holds a document type definition, as no export does", HOSTILE)
    if "/worksheets/" in part:
        last = data.rfind(b"<row")
        found = ROW.match(data, last) if last >= 0 else None
        rows = data.count(b"<row")
        spread = found is not None and int(found[1]) > MAX_SPREAD * rows + SPARE_ROWS
        if spread or FAR_COLUMN.search(data):
            raise IntakeError(file, "has cells far outside its rows and columns", "delete the stray cells and save it")
