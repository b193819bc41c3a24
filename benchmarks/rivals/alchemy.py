"""SQLAlchemy 2 with `selectinload`, and pydantic 2 models that print themselves."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import psycopg
from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, RootModel, create_model
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.orm import Session, foreign, registry, relationship, selectinload

from benchmarks.rivals import words
from benchmarks.rivals.keys import VIOLATION, Entity, Key, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from django.db.models import Model


def _written(taken: object, write: Callable[[Any], object]) -> object:
    return Annotated[taken, PlainSerializer(write)]


def _types(zone: ZoneInfo) -> dict[Kind, Any]:
    return {
        Kind.PLAIN: str | UUID | None,
        Kind.NUMBER: int | None,
        Kind.FLAG: int | None,
        Kind.TRUTH: bool | None,
        Kind.MONEY: float | None,
        Kind.MONEY_OR_NOTHING: Annotated[float, BeforeValidator(lambda value: value or 0)],
        Kind.TAX: _written(Decimal, words.tax),
        Kind.TIME: _written(datetime, words.moment) | None,  # type: ignore[operator]  # made up while it runs.
        Kind.DAY: _written(date, words.midnight(zone)) | None,  # type: ignore[operator]  # made up while it runs.
        Kind.MARK: _written(bool, words.mark),
    }


class Alchemy:
    """The mapped classes, the models, and a session in the client's scope."""

    def __init__(self, zone: ZoneInfo, connection: dict[str, Any], client_id: int) -> None:
        self._types = _types(zone)
        self._engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**connection))
        self._client_id = client_id
        self._registry = registry()
        self._mapped: dict[type[Model], Any] = {}
        self._metadata = MetaData()
        violations = self._map(VIOLATION)
        self._query = select(violations).order_by(violations.id).options(*self._loads(VIOLATION, violations))
        self._violations = violations
        self._page = RootModel[list[self._model(VIOLATION)]]  # type: ignore[misc]  # made up while it runs.

    def __call__(self, ids: Sequence[int]) -> bytes:
        """The records of these violations, as one JSON list."""
        with Session(self._engine) as session:
            session.connection().exec_driver_sql(
                "SELECT set_config('curbledger.client_id', %s, true), set_config('jit', 'off', true)",
                (str(self._client_id),),
            )
            rows = session.scalars(self._query.where(self._violations.id.in_(ids))).all()
            printed: str = self._page.model_validate(rows).model_dump_json()
        return printed.encode()

    def close(self) -> None:
        """End the connections."""
        self._engine.dispose()

    def _map(self, entity: Entity) -> Any:  # noqa: ANN401  # a class made while it runs.
        """The mapped class of an entity's table, with what it refers to."""
        known = self._mapped.get(entity.model)
        if known is not None:
            return known
        with self._engine.connect() as connection:
            table = Table(
                entity.model._meta.db_table,
                self._metadata,
                autoload_with=connection,
                resolve_fks=False,
                extend_existing=True,
            )
        mapped: Any = type(entity.model.__name__, (), {})
        self._mapped[entity.model] = mapped
        self._registry.map_imperatively(mapped, table, primary_key=[table.c.id])
        for path, target in _references(entity):
            other = self._map(target)
            column = getattr(mapped, f"{path}_id")
            mapped.__mapper__.add_property(
                path, relationship(other, primaryjoin=foreign(column) == other.id, viewonly=True)
            )
        for nested in entity.nested:
            if nested.many:
                other = self._map(nested.entity)
                column = getattr(other, f"{nested.path}_id")
                mapped.__mapper__.add_property(
                    nested.name,
                    relationship(
                        other,
                        primaryjoin=foreign(column) == mapped.id,
                        order_by=getattr(other, nested.order),
                        viewonly=True,
                    ),
                )
        return mapped

    def _loads(self, entity: Entity, mapped: Any, above: Any = None) -> Iterator[Any]:  # noqa: ANN401  # no types.
        """`selectinload` for everything below an entity."""
        below = [(path, target) for path, target in _references(entity) if not _is_way_back(entity, path)]
        below += [(one.name, one.entity) for one in entity.nested if one.many]
        for name, target in below:
            load = (above.selectinload if above is not None else selectinload)(getattr(mapped, name))
            deeper = list(self._loads(target, self._mapped[target.model], load))
            yield from deeper or (load,)

    def _model(self, entity: Entity) -> type[BaseModel]:
        """The pydantic model of an entity."""
        fields: dict[str, Any] = {key.name: self._field(key) for key in entity.keys}
        for nested in entity.nested:
            model = self._model(nested.entity)
            fields[nested.name] = (
                (list[model], ...)  # type: ignore[valid-type]  # made up while it runs.
                if nested.many
                else (model | None, Field(None, validation_alias=nested.path))
            )
        return create_model(
            f"{entity.model.__name__}Out",
            __config__=ConfigDict(from_attributes=True, protected_namespaces=()),
            **fields,
        )

    def _field(self, key: Key) -> tuple[Any, Any]:
        if key.kind is Kind.NOTHING:
            return None, None
        if key.kind is Kind.WORD:
            return str, Field(key.path, validation_alias="no such column")
        return self._types[key.kind], Field(None, validation_alias=AliasPath(*key.path.split(".")))


def _references(entity: Entity) -> list[tuple[str, Entity]]:
    """The references of an entity's row, and what is wanted of the rows they lead to."""
    found = {one.path: one.entity for one in entity.nested if not one.many}
    for key in entity.keys:
        first, _, rest = key.path.partition(".")
        if rest and first not in found:
            target = entity.model._meta.get_field(first).remote_field.model  # type: ignore[union-attr]  # a reference.
            keys = tuple(
                type(key)(one.name, one.path.partition(".")[2], one.kind)
                for one in entity.keys
                if one.path.startswith(f"{first}.")
            )
            found[first] = Entity(target, keys)
    return list(found.items())


def _is_way_back(entity: Entity, path: str) -> bool:
    """Whether a reference leads back to the ticket that is being printed: it is in the session already."""
    return path == "violation" and entity is not VIOLATION
