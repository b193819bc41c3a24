"""stand-in"""
from pathlib import Path
class EmbeddedDatabase:
    def connection_parameters(self, *, database: str = "curbledger", superuser: bool = False) -> dict[str, str | int]:
        return {}
    def hold(self) -> None: ...
    def ensure_running(self) -> None: ...
def of(home: Path) -> EmbeddedDatabase:
    return EmbeddedDatabase()
