"""Where Django looks for the tables of this app."""

from curbledger.importing.file_import import FileImport
from curbledger.importing.kept import KeptMapping

__all__ = ["FileImport", "KeptMapping"]
