"""Polish: better orders of adoption for a plan, by local search.

A plan is taken as a list of adoptions in the order of their waves; placing them one after the other, each in the
earliest wave that the rules leave open, gives a plan again (activity lists with serial schedule generation, Kolisch &
Hartmann 1999, as in :mod:`sequencer.solver.construct`). A move takes a target, such as a driver or an affiliate, with
all it needs to an earlier place of the list, puts one off, adds or drops one, or changes a mode. Slightly worse plans
are accepted for a while (threshold accepting, Dueck & Scheuer 1990); kinds of moves that help are drawn more often.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.solver.completion import TOLERANCE
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.bundles import Bundles
    from sequencer.solver.ledger import Ledger, State

Entry = tuple[tuple[str, str], ...]
"""Items, with their modes, that start in the same wave."""

Order = list[Entry]

Trail = list[tuple[Entry, "State | None"]]
"""Entries of a list, with the state before some of them."""

SUPPORT = (Kind.STEP, Kind.MANDATE, Kind.FUNCTION, Kind.EXCEPTION)
"""Kinds that are adopted for what needs them."""

MOVES = 800
"""Most plans tried."""

THRESHOLD = 0.01
"""How much worse a plan may be at first, as a share of the best."""

STRIDE = 8
"""Adoptions between two states that are kept to place a changed list from."""

SORTED = 25
"""After so many moves the list is put in the order of waves again."""

LEARNING = 0.9
"""How much of a weight is kept when a kind of move is judged again."""


class Polish:
    """Local search on the order of adoptions.

    Parameters
    ----------
    ledger, bundles
        Feasibility and worth, and what items need.
    model
        The model.
    seed
        Of the random choices.
    """

    def __init__(self, ledger: Ledger, model: SequencingModel, bundles: Bundles, seed: int) -> None:
        self.ledger = ledger
        self.windows = model.reach.windows
        self.adoptables = model.instance.adoptables
        self.bundles = bundles
        self._random = random.Random(seed)
        self._closures: dict[tuple[str, str], frozenset[str]] = {}
        self._targets = [i for i, x in self.adoptables.items() if x.kind not in SUPPORT and self._modes(i)]
        self._moves: dict[str, Callable[[State, Order], Order | None]] = {
            "promote": self._promoted,
            "put off": self._put_off,
            "mode": self._in_other_mode,
            "insert": self._inserted,
            "drop": self._dropped,
        }
        self._weights = dict.fromkeys(self._moves, 1.0)

    def _modes(self, item: str) -> list[str]:
        """Modes of an item that have a start wave."""
        return [m.id for m in self.adoptables[item].modes if not self.windows[item, m.id].empty]

    def improve(self, state: State, deadline: float, moves: int = MOVES) -> State:
        """Best plan found from a state.

        Parameters
        ----------
        state
            A valued state.
        deadline
            ``time.monotonic()`` at which to end.
        moves
            Most plans tried.
        """
        order = self._order(state)
        now, trail = self._decoded(order, [])
        best = min(state, now, key=lambda s: s.merit)
        began = time.monotonic()
        for k in range(moves):
            moment = time.monotonic()
            if moment > deadline:
                break
            name = self._random.choices(list(self._weights), list(self._weights.values()))[0]
            made = self._moves[name](now, order) if k % SORTED else self._order(now)
            if made is None:
                continue
            tried, its = self._decoded(made, trail)
            spent = max(k / moves, (moment - began) / (deadline - began))
            slack = THRESHOLD * abs(best.score[1]) * (1.0 - spent)
            better = tried.score < (now.score[0], now.score[1] - TOLERANCE)
            self._learn(name, better)
            if better or (tried.score[0] <= now.score[0] and tried.score[1] <= now.score[1] + slack):
                now, trail = tried, its
                order = [e for e in made if e[0][0] in now.decisions]
                best = min(best, now, key=lambda s: s.merit)
        return best

    def _learn(self, name: str, better: bool) -> None:
        """Make a kind of move more or less likely."""
        self._weights[name] = max(0.1, LEARNING * self._weights[name] + (1.0 - LEARNING) * (5.0 if better else 0.0))

    # -- lists and plans ----------------------------------------------------------------------------------------------

    def _order(self, state: State) -> Order:
        """Adoptions of a state in the order of their waves, what has to start together in one entry."""
        made: Order = []
        done: set[str] = set()
        for item, (mode, wave) in sorted(state.decisions.items(), key=lambda d: d[1][1]):
            if item not in done:
                group = [m.id for m in self.bundles.company(Member(item, (mode,)), ())]
                entry = [(i, state.decisions[i][0]) for i in group if state.decisions.get(i, ("", 0))[1] == wave]
                done |= {i for i, _ in entry}
                made.append(tuple(entry))
        return made

    def _decoded(self, order: Order, trail: Trail) -> tuple[State, Trail]:
        """Place a list one entry after the other, each as early as can be; what does not fit is left out.

        Returns
        -------
        tuple
            The plan, and states on the way to it, from which a list that begins alike is placed.
        """
        same = 0
        while same < min(len(order), len(trail)) and trail[same][0] == order[same]:
            same += 1
        made = trail[: same + 1]
        known = None
        while made and known is None:
            known = made.pop()[1]
        state = self.ledger.empty() if known is None else known.copy()
        for k in range(len(made), len(order)):
            made.append((order[k], state.copy() if k % STRIDE == 0 else None))
            self._place(state, order[k])
        self.ledger.value(state)
        return state, made

    def _place(self, state: State, entry: Entry) -> None:
        windows = [self.windows[pair] for pair in entry]
        for wave in range(max(w.earliest for w in windows), min(w.latest for w in windows) + 1):
            if self.ledger.place(state, [(item, mode, wave) for item, mode in entry]):
                return

    def _closure(self, item: str, mode: str) -> frozenset[str]:
        """An item with all it needs."""
        key = (item, mode)
        if key not in self._closures:
            groups = self.bundles.of([Member(item, (mode,))], ())
            self._closures[key] = frozenset(m.id for group in groups for m in group)
        return self._closures[key]

    # -- moves --------------------------------------------------------------------------------------------------------

    def _adopted(self, state: State) -> str | None:
        """One of the targets that are adopted."""
        adopted = [i for i in self._targets if i in state.decisions]
        return self._random.choice(adopted) if adopted else None

    def _promoted(self, state: State, order: Order) -> Order | None:
        """A target with all it needs at an earlier place."""
        target = self._adopted(state)
        if target is None:
            return None
        needed = self._closure(target, state.decisions[target][0])
        at = self._random.randrange(_position(order, target) + 1)
        moved = [any(i in needed for i, _ in e) for e in order[at:]]
        return order[:at] + [e for first in (True, False) for e, m in zip(order[at:], moved, strict=True) if m is first]

    def _put_off(self, state: State, order: Order) -> Order | None:
        """A target at a later place."""
        target = self._adopted(state)
        at = len(order) if target is None else _position(order, target)
        if at + 1 >= len(order):
            return None
        to = self._random.randrange(at + 1, len(order))
        return [*order[:at], *order[at + 1 : to + 1], order[at], *order[to + 1 :]]

    def _in_other_mode(self, state: State, order: Order) -> Order | None:
        """An adoption in another mode."""
        several = [(k, j) for k, e in enumerate(order) for j, (i, _) in enumerate(e) if len(self._modes(i)) > 1]
        if not several:
            return None
        k, j = self._random.choice(several)
        item, mode = order[k][j]
        other = self._random.choice([m for m in self._modes(item) if m != mode] or [mode])
        changed = (*order[k][:j], (item, other), *order[k][j + 1 :])
        return [*order[:k], changed, *order[k + 1 :]]

    def _dropped(self, state: State, order: Order) -> Order | None:
        """Without a target and what nothing else needs."""
        target = self._adopted(state)
        if target is None:
            return None
        others = [i for i in self._targets if i in state.decisions and i != target]
        needed = set().union(*(self._closure(i, state.decisions[i][0]) for i in others))
        gone = {target} | (self._closure(target, state.decisions[target][0]) - needed)
        return [e for e in order if not any(i in gone for i, _ in e)]

    def _inserted(self, state: State, order: Order) -> Order | None:
        """A further target with all it needs, at some place."""
        missing = [i for i in self._targets if i not in state.decisions]
        if not missing:
            return None
        target = self._random.choice(missing)
        wanted = Member(target, (self._random.choice(self._modes(target)),))
        groups = self.bundles.of([wanted], state.decisions)
        entries = [tuple((m.id, self._mode(m)) for m in group if self._modes(m.id)) for group in groups]
        at = self._random.randrange(len(order) + 1)
        return order[:at] + [e for e in entries if e] + order[at:]

    def _mode(self, member: Member) -> str:
        """First mode of a member that has a start wave."""
        modes = self._modes(member.id)
        return next((m for m in modes if member.modes is None or m in member.modes), modes[0])


def _position(order: Order, item: str) -> int:
    return next(k for k, e in enumerate(order) if any(i == item for i, _ in e))
