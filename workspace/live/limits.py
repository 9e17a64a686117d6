"""How much one connection may ask for: generous to hands and clipboards, tight for programs.

What a person does never comes near: a held key writes thirty times a second, and a paste of a whole paper is one
message.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workspace.live.protocol import Kind

FRAME_BYTES = 4_000_000
"""What the server reads at all before it hangs up with code 1009; a smaller message that is too large is answered."""
OUTGOING_BYTES = 4_000_000
"""What waits for one reader. Who reads slower is closed and comes back to the text as it is then."""
WAITING_BYTES = 2_500_000
"""Updates of one connection that wait for the database; then it is not read for a moment."""
WAITING_UPDATES = 400
MOST_GAPS = 50
"""Updates of one connection that rest on something nobody has."""

PER_SECOND: Mapping[Kind, tuple[float, float]] = MappingProxyType(
    {
        Kind.STATE_VECTOR: (0.5, 12),
        Kind.MISSING: (0.5, 12),
        Kind.UPDATE: (60, 600),
        Kind.PRESENCE: (60, 600),
        Kind.WHO_IS_HERE: (0.5, 12),
    }
)
"""Messages a second in the long run, and how many at once."""
BYTES_PER_SECOND = (400_000, 12_000_000)


class Rates:
    """What one connection has left; times are seconds of a steady clock."""

    __slots__ = ("_left", "_since")

    def __init__(self, at: float) -> None:
        self._left: dict[Kind | None, float] = {}
        self._since = at

    def take(self, kind: Kind, size: int, at: float) -> bool:
        """Count one message; False when there were too many."""
        passed, self._since = at - self._since, at
        for name in list(self._left):
            rate, most = BYTES_PER_SECOND if name is None else PER_SECOND[name]
            self._left[name] += passed * rate
            if self._left[name] >= most:
                del self._left[name]  # full again: an idle connection keeps nothing
        return self._draw(kind, 1, PER_SECOND[kind][1]) and self._draw(None, size, BYTES_PER_SECOND[1])

    def _draw(self, name: Kind | None, amount: float, most: float) -> bool:
        left = self._left.get(name, most) - amount
        self._left[name] = left
        return left >= 0
