"""What an item declares about a response: its right values and what single values earn."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from question_bank.formats.qti.tree import children, said
from question_bank.formats.xml import Element


@dataclass(frozen=True, slots=True)
class Spot:
    """An area of an area mapping and what a point in it earns."""

    shape: str
    coords: str
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Declaration:
    """A response declaration. `mapping` gives what each value earns; `default` what the others do."""

    identifier: str
    cardinality: str = "single"
    base_type: str = "identifier"
    correct: tuple[str, ...] = ()
    mapping: dict[str, Decimal] = field(default_factory=dict)
    default: Decimal = Decimal(0)
    upper: Decimal | None = None
    spots: tuple[Spot, ...] = ()

    @property
    def full(self) -> Decimal:
        """What the mapping can earn at most."""
        best = [worth for worth in self.mapping.values() if worth > 0]
        if self.upper is not None and self.upper > 0:
            return self.upper
        return (max(best) if self.cardinality == "single" else sum(best, Decimal(0))) if best else Decimal(0)


def declarations(root: Element) -> dict[str, Declaration]:
    """The response declarations of an item by identifier."""
    found = [_declaration(element) for element in children(root, "responseDeclaration")]
    return {declared.identifier: declared for declared in found}


def _declaration(element: Element) -> Declaration:
    mapping = element.find("mapping")
    area_mapping = element.find("areaMapping")
    return Declaration(
        identifier=element.get("identifier", ""),
        cardinality=element.get("cardinality", "single"),
        base_type=element.get("baseType", "identifier"),
        correct=_correct(element),
        mapping={} if mapping is None else _entries(mapping),
        default=Decimal(0) if mapping is None else number(mapping.get("defaultValue")) or Decimal(0),
        upper=None if mapping is None else number(mapping.get("upperBound")),
        spots=() if area_mapping is None else tuple(_spot(entry) for entry in area_mapping),
    )


def _correct(element: Element) -> tuple[str, ...]:
    values = [said(value) for value in element.iterfind("correctResponse/value")]
    return tuple(value for value in values if value)


def _entries(mapping: Element) -> dict[str, Decimal]:
    return {
        entry.get("mapKey", ""): number(entry.get("mappedValue")) or Decimal(0)
        for entry in children(mapping, "mapEntry")
    }


def _spot(entry: Element) -> Spot:
    return Spot(entry.get("shape", ""), entry.get("coords", ""), number(entry.get("mappedValue")) or Decimal(0))


def number(text: str | None) -> Decimal | None:
    """The number a text states, or None."""
    try:
        found = Decimal((text or "").strip() or "x")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None
