"""Whether a region has the availability zones that a template picks from `Fn::GetAZs`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from twinstack.environment.file import EnvironmentFile
from twinstack.expressions.values import Call, Value
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf
from twinstack.preflight.needs import Added, by_site, place, switched_by
from twinstack.preflight.site import Site

MADE_UP = "the local AWS makes up its zones"
_PROPERTY = "AvailabilityZone"


def names_of_get_azs(site: Site) -> list[str]:
    """Returns what `Fn::GetAZs` names: the zones with a default subnet; without any such zone all of them.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
    """
    every, default = site.zones(), site.zones_with_default_subnet()
    return sorted(zone for zone in every if not default or zone in default)


def index_of(value: Value) -> int | None:
    """Returns which of the zones of `Fn::GetAZs` a value picks; None where it picks none."""
    match value:
        case Call("Fn::Select", (str(index), Call("Fn::GetAZs"))) if index.isdigit():
            return int(index)
    return None


def looks(added: Sequence[Added], site_of: SiteOf, file: EnvironmentFile) -> Iterator[Look[list[str]]]:
    """Yields a look at the zones of each region of which the plan picks some."""
    for (_, region), here in by_site(added).items():
        picking = [(index, it) for it in here if (index := index_of(it.properties.get(_PROPERTY))) is not None]
        if picking:
            index, last = max(picking, key=lambda pair: pair[0])
            check = f"zones ({region})"
            judge = partial(_judged, check, last, index + 1, file)
            yield Look(check, partial(names_of_get_azs, site_of(here[0].stack.role, region)), judge, MADE_UP)


def _judged(check: str, last: Added, needed: int, file: EnvironmentFile, found: list[str]) -> Sequence[Checked]:
    said = f"Fn::GetAZs names {', '.join(found) or 'none'}, and {needed} are used"
    if len(found) >= needed:
        return [Checked(check, "ok", said)]
    change = switched_by(file, last) or place(file, last, _PROPERTY)
    way_out = f"use fewer zones ({last.where} is in the last one): change {change}; or make default subnets in more"
    return [Checked(check, "failed", said, way_out)]
