"""The contract between data and everything else: schemas, reading and writing, Shop and Period."""

from sizhen.tables import measure
from sizhen.tables.errors import DataError, MissingTable, UnknownShop
from sizhen.tables.files import read_table, write_table
from sizhen.tables.period import Period
from sizhen.tables.profile import Profile
from sizhen.tables.shop import Shop, list_shops

__all__ = [
    "DataError",
    "MissingTable",
    "Period",
    "Profile",
    "Shop",
    "UnknownShop",
    "list_shops",
    "measure",
    "read_table",
    "write_table",
]
