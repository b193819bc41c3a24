"""Where Django looks for the tables of this app."""

from curbledger.importing.file_import import FileImport
from curbledger.importing.file_look import FileLook
from curbledger.importing.kept import KeptMapping

__all__ = ["FileImport", "FileLook", "KeptMapping"]
