"""Checks of rules over sets: sides that are large enough, apart, and of what the rule is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sequencer.errors import InputProblem
from sequencer.instance.nearest import suggest
from sequencer.instance.scene import Scene


def choices(scene: Scene) -> Iterator[InputProblem]:
    """No more of a set is asked for than there is beside the item itself, which never counts."""
    told: set[int] = set()
    given = scene.instance.requirements
    for row, precedence, _ in scene.instance.bounds:
        short = precedence.at_least - len(precedence.alternatives)
        if short > 0 and row not in told and row < len(given):
            told.add(row)
            asked = given[row].at_least or 0
            message = f"{precedence.item.id} asks for {asked} of a set of which there are {asked - short} beside itself"
            yield scene.problem("requirements", row, "too-few", message, _fewer(asked - short), "at_least")


def relations(scene: Scene) -> Iterator[InputProblem]:
    """Relations within a set have two members at least, those between sets keep them apart."""
    for index, row in scene.items("relations"):
        items, others = _ids(scene, row.items), _ids(scene, row.others)
        if row.relation in ("together", "exclusive") and len(items) < 2 and not row.others:
            message = f"'{row.relation}' says nothing about fewer than two adoptables; found {len(items)}"
            yield scene.problem("relations", index, "too-few", message, "Name two or more in items.", "items")
        if row.relation == "before" and row.others and len(items | others) < 2:
            message, remedy = "nothing comes before itself", "Name different adoptables in items and others."
            yield scene.problem("relations", index, "sides-overlap", message, remedy, "others")
        if row.relation == "bundle" and row.others and row.at_least > len(others):
            message = f"a bundle of at least {row.at_least} cannot be made of {len(others)}"
            yield scene.problem("relations", index, "too-few", message, _fewer(len(others)), "at_least")
        if row.relation != "bundle" and row.at_least != 1:
            message = f"at_least says nothing in a relation '{row.relation}'"
            remedy = "Only a bundle asks for a number: leave at_least empty."
            yield scene.problem("relations", index, "without-effect", message, remedy, "at_least")


def pilots(scene: Scene) -> Iterator[InputProblem]:
    """Pilots are enough, and none of them waits for the pilots."""
    for index, row in scene.items("pilots"):
        both = [a for a in row.affiliates if a in row.pilots]
        if both:
            message = f"{', '.join(both)} is a pilot and waits for the pilots"
            yield scene.problem("pilots", index, "sides-overlap", message, "Name it on one side only.", "pilots")
        if row.at_least > len(set(row.pilots)) and scene.complete("affiliates"):
            message = f"at least {row.at_least} pilots are asked for, of {len(set(row.pilots))}"
            yield scene.problem("pilots", index, "too-few", message, _fewer(len(set(row.pilots))), "at_least")
        for column in ("affiliates", "pilots"):
            if not getattr(row, column) and scene.complete("affiliates"):
                message, remedy = f"{column} names none, so the row says nothing", "Name them, or delete the row."
                yield scene.problem("pilots", index, "missing-value", message, remedy, column)


def quick_wins(scene: Scene) -> Iterator[InputProblem]:
    """There are as many visible drivers as are asked for."""
    if not scene.complete("drivers"):
        return
    visible = sum(1 for driver in scene.instance.drivers if driver.visible)
    for index, row in scene.items("quick_wins"):
        if row.at_least > visible:
            message = f"{row.at_least} visible drivers are asked for by wave {row.wave}, but {visible} are visible"
            remedy = "Mark more drivers as visible in drivers, or ask for fewer."
            yield scene.problem("quick_wins", index, "too-few", message, remedy, "at_least")


def archetype_limits(scene: Scene) -> Iterator[InputProblem]:
    """Limits hold for a class that an affiliate has, and for archetypes with their variants."""
    if not scene.complete("affiliates", "archetypes"):
        return
    classes = {a.affiliate_class for a in scene.instance.affiliates}
    for index, row in scene.items("archetype_limits"):
        if row.affiliate_class not in classes:
            message = f"no affiliate has the class '{row.affiliate_class}'"
            remedy = suggest(row.affiliate_class, classes)
            yield scene.problem("archetype_limits", index, "unknown-reference", message, remedy, "affiliate_class")
        yield from _variant(scene, "archetype_limits", index, row.archetype, "archetype", "The limit")


def variants(scene: Scene) -> Iterator[InputProblem]:
    """A variant stands for an archetype that is no variant itself, and shares its fit and limits."""
    if not scene.complete("archetypes"):
        return
    of = {a.id: a.variant_of for a in scene.instance.archetypes}
    for index, row in scene.items("archetypes"):
        if row.variant_of and (row.variant_of == row.id or of.get(row.variant_of)):
            message = f"{row.id} is a variant of {row.variant_of}, which is a variant itself"
            remedy = f"Name the archetype that {row.variant_of} is a variant of, or leave variant_of empty."
            yield scene.problem("archetypes", index, "variant-of-variant", message, remedy, "variant_of")
        if row.variant_of and row.parallel is not None:
            yield from _variant(scene, "archetypes", index, row.id, "parallel", "The number in parallel")
    for index, row in scene.items("fit"):
        yield from _variant(scene, "fit", index, row.archetype, "archetype", "The fit")


def pair_uses(scene: Scene) -> Iterator[InputProblem]:
    """Use of pairs needs affiliates and brands."""
    missing = [table for table in ("affiliates", "brands") if not scene.instance.rows(table)]
    if not missing or not scene.complete(*missing):
        return
    for index, _ in scene.items("pair_uses"):
        message = f"there are no {' and no '.join(missing)}, so no pair of them uses anything"
        yield scene.problem("pair_uses", index, "without-effect", message, f"Add {missing[0]}, or delete the row.")


def functions_per_brand(scene: Scene) -> Iterator[InputProblem]:
    """A function that is adopted per brand needs brands."""
    if scene.instance.brands or not scene.complete("brands"):
        return
    for index, row in scene.items("functions"):
        if row.per_brand:
            message = f"{row.id} is adopted once for each brand, but there are no brands"
            remedy = "Add brands, or leave per_brand empty."
            yield scene.problem("functions", index, "without-effect", message, remedy, "per_brand")


def _variant(scene: Scene, table: str, index: int, archetype: str, column: str, what: str) -> Iterator[InputProblem]:
    base = next((a.variant_of for a in scene.instance.archetypes if a.id == archetype), "")
    if base:
        message = f"{what} of {archetype} says nothing: as an experienced variant it shares that of {base}"
        yield scene.problem(table, index, "without-effect", message, f"Say it of {base}.", column)


def _ids(scene: Scene, words: Iterable[str]) -> set[str]:
    return {member.id for word in words for member in scene.instance.members(word)}


def _fewer(there: int) -> str:
    return f"Ask for at most {there}, or name more." if there else "Name others."
