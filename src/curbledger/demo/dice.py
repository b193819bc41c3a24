"""Chance that can be repeated: everything in the town comes from one of these."""

from __future__ import annotations

import random
import string
import uuid
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

# Letters that nobody takes for a digit, and without vowels, so that no plate spells a word.
CLEAR_LETTERS = "BCDFGHJKLMNPRSTVWXYZ"


@dataclass(frozen=True)
class Odds(Generic[T]):
    """Options and how likely each is, added up once for many draws."""

    options: tuple[T, ...]
    sums: tuple[float, ...]

    @classmethod
    def of(cls, options: Iterable[T], weight: Callable[[T], float]) -> Self:
        """The odds by each option's weight."""
        options = tuple(options)
        return cls(options, tuple(accumulate(map(weight, options))))


class Dice(random.Random):
    """A generator of its own, so that nobody else's chance moves it."""

    @classmethod
    def of(cls, *facts: object) -> Self:
        """The dice that these facts decide, on every machine alike."""
        return cls(":".join(map(str, facts)))

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.random() < probability

    def between(self, low: float, high: float) -> float:
        """Anything from `low` to `high`."""
        return low + (high - low) * self.random()

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the next."""
        return self.choice(options)

    def draw(self, odds: Odds[T]) -> T:
        """One of the options, each as likely as its weight says."""
        return self.choices(odds.options, cum_weights=odds.sums)[0]

    def early_in(self, options: Sequence[T]) -> T:
        """One of the options, which stand with the likely ones first."""
        return options[int(len(options) * self.random() ** 2)]

    def uuid(self) -> uuid.UUID:
        """A version 4 UUID."""
        return uuid.UUID(int=self.getrandbits(128), version=4)

    def digits(self, count: int) -> str:
        """So many digits."""
        return f"{self.randrange(10**count):0{count}d}"

    def fill_in(self, pattern: str, letters: str = CLEAR_LETTERS) -> str:
        """The pattern with a letter for each A and a digit for each 9: `AAAA 999` is a plate."""
        parts = {"A": letters, "9": string.digits}
        return "".join(self.choice(parts[sign]) if sign in parts else sign for sign in pattern)
