"""The mapping as a form: each field of the import with where it comes from and how it is read.

A form is another way to write the TOML: what is sent becomes a tree of the same keys, and importing/mapping.py alone
says whether that can be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.importing.mapping import SOURCES
from curbledger.importing.schema import FIELDS, OPTIONS, STATUSES, Kind, Shape
from curbledger.portal.forms import ActForm
from curbledger.portal.import_words import KIND_NAMES, field_name, list_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curbledger.importing.suggest import Orders

_COLUMN = "column:"
# Of a column's values, so much is shown beside its name.
_EXAMPLE = 24
_DELIMITERS = ((",", ","), (";", ";"), ("\t", gettext_lazy("tabulator")), ("|", "|"))
_ENCODINGS = (
    ("", gettext_lazy("UTF-8, or Windows-1252 where it is not")),
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows-1252"),
    ("iso8859-1", "Latin-1"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """What the form knows of a column: its first value, and between which orders of a day nothing in it decides."""

    example: str = ""
    orders: Orders | None = None


def which_order(orders: Orders) -> str:
    """Asks in which order the days of a column are written."""
    (one, day), (other, otherwise) = orders.days.items()
    return _("Is {value} {day} or {otherwise}? Nothing in this column says: write {one} or {other}.").format(
        value=orders.value, day=date_format(day), otherwise=date_format(otherwise), one=one, other=other
    )


class UploadForm(ActForm):
    """A file, and what its rows are."""

    kind = forms.ChoiceField(label=gettext_lazy("What its rows are"), choices=list(KIND_NAMES.items()))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, plain or gzipped."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.gz,text/csv,application/gzip"}),
        allow_empty_file=True,
    )


class MappingForm(ActForm):
    """What belongs to no single field: how the file is written, and under which name the mapping is kept."""

    delimiter = forms.ChoiceField(label=gettext_lazy("Between columns"), choices=_DELIMITERS)
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False, choices=_ENCODINGS)
    earliest = forms.DateField(
        label=gettext_lazy("Earliest day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Days before it are slips of the pen."),
    )
    keep_as = forms.CharField(
        label=gettext_lazy("Keep the mapping as"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For the next time. One of the same name is written over."),
    )


class TextForm(ActForm):
    """The mapping as TOML."""

    text = forms.CharField(
        label=gettext_lazy("Mapping"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )
    keep_as = forms.CharField(label=gettext_lazy("Keep the mapping as"), required=False, max_length=100)


class SourceForm(forms.Form):
    """One field: where it comes from, and how it is read."""

    source = forms.ChoiceField(required=False)
    columns = forms.MultipleChoiceField(required=False, label=gettext_lazy("Columns"))
    join = forms.CharField(required=False, label=gettext_lazy("Joined by"), strip=False, max_length=10)
    constant = forms.CharField(required=False, label=gettext_lazy("The same for every row"))
    days_after_issue = forms.IntegerField(
        required=False, label=gettext_lazy("Days after the issue"), min_value=0, max_value=3650
    )
    format = forms.CharField(
        required=False,
        label=gettext_lazy("Written as"),
        help_text=gettext_lazy("Such as %m/%d/%Y. Several with | between; the first that fits is taken."),
    )
    am_pm = forms.ChoiceField(required=False, label=gettext_lazy("Column with am or pm"))
    decimal = forms.ChoiceField(
        required=False, label=gettext_lazy("Cents after"), choices=[(".", "22,304.00"), (",", "22.304,00")]
    )
    prefix = forms.CharField(required=False, label=gettext_lazy("Put before it"), strip=False)  # type: ignore[assignment]  # Django takes it out of the class
    default = forms.CharField(required=False, label=gettext_lazy("Where it is blank"))
    blank = forms.CharField(
        required=False,
        label=gettext_lazy("Stands for nothing"),
        help_text=gettext_lazy("Several with | between."),
    )
    values = forms.CharField(
        required=False,
        label=gettext_lazy("How the file spells each"),
        widget=forms.Textarea(attrs={"rows": len(STATUSES)}),
        help_text=gettext_lazy("A line for each, such as paid = P | PD."),
    )

    def __init__(self, data: Any, *, name: str, kind: Kind, columns: Mapping[str, Column], tree: Any) -> None:  # noqa: ANN401  # as TOML has it
        super().__init__(data, prefix=f"field-{name}", label_suffix="", initial=_initial(tree))
        field = FIELDS[kind][name]
        self.name, self.title, self.required, self.shape = name, field_name(name), field.required, field.shape
        self.mapped = tree is not None
        offered: dict[str, Any] = self.fields
        names = [(column, column) for column in columns]
        offered["source"].label = self.title
        offered["source"].choices = list(self._sources(columns))
        offered["columns"].choices = names
        offered["columns"].widget.attrs["size"] = min(len(names), 6)
        offered["am_pm"].choices = [("", "—"), *names]
        for option in {"format", "am_pm", "decimal", "prefix", "default", "blank", "values"} - OPTIONS[field.shape]:
            del offered[option]
        self._orders = {
            f"{_COLUMN}{name}": column.orders for name, column in columns.items() if column.orders is not None
        }
        if "format" in offered and (orders := self._asked(self.initial.get("source"), self.initial.get("format"))):
            offered["format"].help_text = which_order(orders)
        if name != "due":
            del offered["days_after_issue"]
        if field.shape is Shape.NUMBER:
            del offered["constant"]

    def clean(self) -> dict[str, Any]:
        """A day that could be another one is no guess of ours."""
        said = self.cleaned_data
        if "format" in self.fields and (orders := self._asked(said.get("source"), said.get("format"))):
            self.add_error("format", which_order(orders))
        return said

    def _asked(self, source: object, written: object) -> Orders | None:
        """What has to be asked of a column of days for which nobody said how they are written."""
        return None if written else self._orders.get(str(source))

    def _sources(self, columns: Mapping[str, Column]) -> Iterator[tuple[str, str]]:
        yield "", _("— not in the file —")
        for name, column in columns.items():
            yield f"{_COLUMN}{name}", f"{name} ({column.example[:_EXAMPLE]})" if column.example else name
        yield "columns", _("Several columns, joined")
        if self.shape is Shape.NUMBER:
            yield "made_from", _("A number made from columns")
        else:
            yield "constant", _("The same for every row")
        if self.name == "due":
            yield "days_after_issue", _("Days after the issue")

    @property
    def further(self) -> list[forms.BoundField]:
        """All but the source."""
        return [self[name] for name in self.fields if name != "source"]

    @property
    def has_further(self) -> bool:
        """Whether anything but the source was said."""
        if (self.is_bound and bool(self.errors)) or any(name != "source" for name in self.initial):
            return True
        return self._asked(self.initial.get("source"), None) is not None and "format" in self.fields

    def tree(self) -> Any:  # noqa: ANN401  # as TOML has it
        """What was chosen; None for a field that the file has not. Of a valid form."""
        said = self.cleaned_data
        source = said["source"]
        if not source:
            return None
        made = _origin(source, said)
        for name in ("am_pm", "prefix", "default"):
            if said.get(name):
                made[name] = said[name]
        for name in ("format", "blank"):
            if said.get(name):
                made[name] = _split(said[name])
        if said.get("decimal") == ",":
            made["decimal"] = ","
        if said.get("values"):
            made["values"] = _read_lines(said["values"])
        return made["column"] if made.keys() == {"column"} else made


class ListForm(forms.Form):
    """How the entries of one list are found."""

    unknown = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What is not in the list"),
        choices=[
            ("", gettext_lazy("as usual")),
            ("add", gettext_lazy("is added")),
            ("blank", gettext_lazy("counts as blank")),
            ("reject", gettext_lazy("is rejected")),
        ],
    )
    blank = forms.CharField(
        required=False, label=gettext_lazy("Stands for nothing"), help_text=gettext_lazy("Several with | between.")
    )
    aliases = forms.CharField(
        required=False,
        label=gettext_lazy("Other spellings"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("A line for each entry, such as Chevrolet = CHEV | CHEVY."),
    )
    clipped = forms.IntegerField(
        required=False,
        label=gettext_lazy("Clipped at"),
        min_value=1,
        help_text=gettext_lazy("A value of exactly so many characters is the one name that begins so."),
    )
    cost = forms.CharField(required=False, label=gettext_lazy("What an added offence costs"))

    def __init__(self, data: Any, *, name: str, tree: Mapping[str, Any]) -> None:  # noqa: ANN401  # as Django's own
        initial = dict(tree)
        if "blank" in initial:
            initial["blank"] = " | ".join(map(str, initial["blank"]))
        if "aliases" in initial:
            initial["aliases"] = _write_lines(initial["aliases"])
        super().__init__(data, prefix=f"list-{name}", label_suffix="", initial=initial)
        self.name, self.title, self.has_further = name, list_name(name), bool(tree)
        if name != "offence":
            del self.fields["cost"]
        if name == "province":
            offered: Any = self.fields["unknown"]
            offered.choices = [choice for choice in offered.choices if choice[0] != "add"]

    def tree(self) -> dict[str, Any]:
        """What was chosen. Of a valid form."""
        said = self.cleaned_data
        made: dict[str, Any] = {name: said[name] for name in ("unknown", "clipped", "cost") if said.get(name)}
        if said["blank"]:
            made["blank"] = _split(said["blank"])
        if said["aliases"]:
            made["aliases"] = _read_lines(said["aliases"])
        return made


class Editor:
    """All forms of one mapping, and the tree that they make."""

    def __init__(self, data: Any, *, kind: Kind, columns: Mapping[str, Column], tree: Mapping[str, Any]) -> None:  # noqa: ANN401  # as Django's own
        self._kind, self._tree = kind, tree
        file = {"delimiter": ",", **tree.get("file", {})}
        self.whole = MappingForm(data, initial=file)
        if (encoding := file.get("encoding")) not in {None, *(code for code, _name in _ENCODINGS)}:
            offered: Any = self.whole.fields["encoding"]
            offered.choices = [*offered.choices, (encoding, encoding)]
        fields = tree.get("fields", {})
        self.sources = [
            SourceForm(data, name=name, kind=kind, columns=columns, tree=fields.get(name)) for name in FIELDS[kind]
        ]
        names = dict.fromkeys(field.list_name for field in FIELDS[kind].values() if field.list_name is not None)
        lists = tree.get("lists", {})
        self.lists = [ListForm(data, name=name, tree=lists.get(name, {})) for name in names]

    @property
    def first(self) -> list[SourceForm]:
        """The fields that have to be there, and those that are mapped."""
        return [one for one in self.sources if one.required or one.mapped]

    @property
    def others(self) -> list[SourceForm]:
        """The rest."""
        return [one for one in self.sources if not (one.required or one.mapped)]

    def is_valid(self) -> bool:
        """Whether every part could be read."""
        # Each is asked, so that each says what is wrong with it.
        faulty = [one for one in (self.whole, *self.sources, *self.lists) if not one.is_valid()]
        return not faulty

    def tree(self) -> dict[str, Any]:
        """The mapping as TOML would have it. What the form does not show stays as it was."""
        said = self.whole.cleaned_data
        file = {name: value for name, value in self._tree.get("file", {}).items() if name in {"quote", "header"}}
        if said["delimiter"] != ",":
            file["delimiter"] = said["delimiter"]
        if said["encoding"]:
            file["encoding"] = said["encoding"]
        if said["earliest"]:
            file["earliest"] = said["earliest"]
        fields = {one.name: chosen for one in self.sources if (chosen := one.tree()) is not None}
        lists = {one.name: chosen for one in self.lists if (chosen := one.tree())}
        parts = {"file": file, "fields": fields, "lists": lists}
        return {"kind": self._kind.value, **{name: part for name, part in parts.items() if part or name == "fields"}}


def _origin(source: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Where a field comes from."""
    if source.startswith(_COLUMN):
        return {"column": source.removeprefix(_COLUMN)}
    if source == "made_from":
        return {"made_from": said["columns"]}
    if source == "columns":
        return {"columns": said["columns"], **({"join": said["join"]} if said["join"] else {})}
    return {source: "" if said.get(source) is None else said[source]}


def _initial(tree: Any) -> dict[str, Any]:  # noqa: ANN401  # as TOML has it
    """A field of the tree as the form shows it."""
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        return {"source": f"{_COLUMN}{tree}"}
    source = next((name for name in SOURCES if name in tree), "")
    shown = {name: value for name, value in tree.items() if name not in {"column", "columns", "made_from"}}
    shown["source"] = f"{_COLUMN}{tree['column']}" if source == "column" else source
    if source in {"columns", "made_from"}:
        shown["columns"] = tree[source]
    for name in ("format", "blank"):
        if isinstance(shown.get(name), list):
            shown[name] = " | ".join(map(str, shown[name]))
    if isinstance(shown.get("values"), dict):
        shown["values"] = _write_lines(shown["values"])
    return shown


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _read_lines(text: str) -> dict[str, list[str]]:
    lines = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): _split(spellings) for name, _sign, spellings in lines}


def _write_lines(spellings: Mapping[str, Sequence[str]]) -> str:
    return "\n".join(f"{name} = {' | '.join(map(str, others))}" for name, others in spellings.items())
