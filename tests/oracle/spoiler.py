"""What mutations are made with: a plan that keeps every rule, changed in one way, and what must be said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from sequencer.instance.adoptables import Adoptable
from sequencer.instance.instance import Instance
from sequencer.plan.plan import Adoption, Payment, Plan
from sequencer.types import RuleRef

PLENTY = 1e6
"""More than anything in a drawn instance."""


class Mutation(NamedTuple):
    """A spoiled plan.

    Attributes
    ----------
    what : str
        What was done, in words.
    instance, plan
        The spoiled plan, and the instance it is a plan of.
    family, members, wave
        A violation must be of this family, name these members (ids without modes), in this wave (None where it spans
        all).
    """

    what: str
    instance: Instance
    plan: Plan
    family: str
    members: tuple[str, ...]
    wave: int | None

    def named_by(self, ref: RuleRef) -> bool:
        """Whether a rule is the one that the mutation breaks."""
        members = {m.partition("/")[0] for m in ref.members}
        return ref.family == self.family and members >= set(self.members) and self.wave == ref.wave


class Spoiler:
    """Makes mutations of one plan.

    Parameters
    ----------
    instance, plan
        A plan that keeps every rule of the instance.

    Attributes
    ----------
    begun : frozenset of str
        What had started before wave 1, so that no plan decides on it.
    """

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance = instance
        self.plan = plan
        self.last = instance.n_waves
        self.begun = frozenset(instance.adoptables) - frozenset(instance.decided)
        self._enlarged: dict[str, Instance] = {}

    def item(self, item_id: str) -> Adoptable:
        """Adoptable of an id."""
        return self.instance.adoptables[item_id]

    def live(self, adoption: Adoption) -> int:
        """Period from which an adoption is live."""
        return adoption.wave + self.item(adoption.id).mode(adoption.mode).duration

    def members(self, *words: str) -> list[str]:
        """Adoptables that words mean, whatever their modes."""
        return list(dict.fromkeys(m.id for word in words for m in self.instance.members(word)))

    def without(self, *item_ids: str) -> Plan:
        """The plan with something dropped."""
        return replace(self.plan, adoptions=tuple(a for a in self.plan.adoptions if a.id not in item_ids))

    def with_(self, *adoptions: Adoption, without: tuple[str, ...] = ()) -> Plan:
        """The plan with adoptions added, moved or in another mode, and others dropped."""
        ids = {*without, *(a.id for a in adoptions)}
        return replace(self.plan, adoptions=(*(a for a in self.plan.adoptions if a.id not in ids), *adoptions))

    def paying(self, affiliate: str, wave: int, amount: float) -> Plan:
        """The plan with a payment of an affiliate more, of the kind that the instance has."""
        kind = "prices" if self.instance.settings.funding == "internal-pricing" else "transfers"
        others = tuple(p for p in getattr(self.plan, kind) if (p.affiliate, p.wave) != (affiliate, wave))
        return replace(self.plan, **{kind: (*others, Payment(affiliate, wave, amount))})

    def start(self, item_id: str, wave: int) -> Adoption:
        """Something started in a wave, in the mode it has in the plan or the first there is."""
        known = self.plan.by_id.get(item_id)
        mode = known.mode if known else self.item(item_id).modes[0].id or None
        return Adoption(item_id, wave, mode)

    # -- something extra ----------------------------------------------------------------------------------------------

    def enlarged(self, table: str, *rows: dict[str, Any]) -> Instance:
        """The instance with rows added; the same object for the same rows."""
        key = f"{table} {rows}"
        if key not in self._enlarged:
            self._enlarged[key] = self.instance.replace(*({"table": table, "insert": row} for row in rows))
        return self._enlarged[key]

    def extra(self, wave: int, **columns: object) -> tuple[Instance, Plan]:
        """An initiative that starts in a wave and is live at once, that nothing needs."""
        instance = self.enlarged("initiatives", {"id": "extra", "duration": 0, **columns})
        return instance, self.with_(Adoption("extra", wave))

    def extra_drivers(self, count: int) -> tuple[Instance, list[Adoption]]:
        """Drivers that start in the last wave."""
        ids = [f"extra{n}" for n in range(count)]
        category = self.instance.drivers[0].category
        instance = self.enlarged("drivers", *({"id": i, "category": category, "potential": 0} for i in ids))
        return instance, [Adoption(i, self.last) for i in ids]

    def extra_affiliates(
        self, archetype: str, count: int, affiliate_class: str = "any"
    ) -> tuple[Instance, list[Adoption]]:
        """Affiliates that start in an archetype in the last wave."""
        ids = [f"extra{n}" for n in range(count)]
        weighed = {} if all(a.share is None for a in self.instance.affiliates) else {"share": 0}
        row = {"affiliate_class": affiliate_class, "archetypes": archetype, **weighed}
        instance = self.enlarged("affiliates", *(row | {"id": i} for i in ids))
        return instance, [Adoption(i, self.last, instance.adoptables[i].modes[0].id) for i in ids]
