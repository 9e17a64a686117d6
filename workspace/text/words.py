"""Which words changed inside one passage: sentences first, then words.

A difference is a list of operations (kind, text), kind -1 deleted, 0 kept, 1 inserted. In canonical
form a deletion stands before its insertion, neighbours never have the same kind, nothing is empty,
and joining what is not inserted (not deleted) gives the old (new) text exactly.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from typing import Literal

from workspace.text.alignment import Run, equal_items, equal_words, runs_of
from workspace.text.readable import for_people
from workspace.text.tokens import Passage, read_passage, sentences, tokens

Op = tuple[Literal[-1, 0, 1], str]

SURE_SENTENCE = 12
"""A sentence this short (a number, an abbreviation) identifies no place by itself."""

_Sentence = tuple[str, tuple[Hashable, ...] | None]
"""A sentence and the extra keys of its tokens, if there are any."""


def compare_words(
    old: str,
    new: str,
    *,
    old_keys: Sequence[Hashable] | None = None,
    new_keys: Sequence[Hashable] | None = None,
    for_readers: bool = True,
) -> list[Op]:
    """The difference of two passages in canonical form.

    `old_keys` and `new_keys` hold one more thing for each token of `tokens(text)`, such as its
    formatting: tokens with the same letters and different keys count as changed (both given, a
    deletion and its insertion may read the same). With `for_readers` small equal words between
    changes belong to the change; without, every equal word is kept.

    Raises ValueError when there are keys for one side only, or not one for each token.
    """
    if (old_keys is None) != (new_keys is None):
        raise ValueError("keys are needed for both sides or for none")
    out: list[Op] = []
    compare_sentences(out, _keyed(old, old_keys), _keyed(new, new_keys), for_readers)
    return tidy(out, is_strict=old_keys is not None)


def compare_passages(out: list[Op], old: str, new: str, for_readers: bool) -> bool:
    """Append the operations of two passages; the whole still needs `tidy`. True if they are exact."""
    return compare_sentences(out, _keyed(old, None), _keyed(new, None), for_readers)


def compare_sentences(out: list[Op], old: list[_Sentence], new: list[_Sentence], for_readers: bool) -> bool:
    """Append the operations of two passages given in sentences; the whole still needs `tidy`.

    True unless some piece was too long for an exact comparison.
    """
    if old == new:
        out.append((0, _text(old)))
        return True
    if len(old) < 2 or len(new) < 2:
        return _compare_tokens(out, old, new, for_readers)
    is_exact = True
    last = (len(old) - 1, len(new) - 1)
    old_at = new_at = 0
    for i, j in [*equal_items(old, new, lambda i: len(old[i][0])), (len(old), len(new))]:
        if i < len(old) and len(old[i][0]) <= SURE_SENTENCE and (i, j) not in ((0, 0), last):
            continue
        is_exact &= _compare_tokens(out, old[old_at:i], new[new_at:j], for_readers)
        if i < len(old):
            out.append((0, old[i][0]))
        old_at, new_at = i + 1, j + 1
    return is_exact


def _keyed(text: str, keys: Sequence[Hashable] | None) -> list[_Sentence]:
    """The sentences of a text, each with the keys of its tokens."""
    if keys is None:
        return [(sentence, None) for sentence in sentences(text)]
    out: list[_Sentence] = []
    rest = iter(keys)
    for sentence in sentences(text):
        count = len(tokens(sentence))
        out.append((sentence, tuple(islice(rest, count))))
        if len(out[-1][1] or ()) != count:
            raise ValueError("too few keys")
    if next(rest, None) is not None:
        raise ValueError("too many keys")
    return out


def _text(passage: Iterable[_Sentence]) -> str:
    return "".join(sentence for sentence, _ in passage)


def _read(passage: list[_Sentence]) -> Passage:
    if passage[0][1] is None:
        return read_passage(_text(passage))
    return read_passage(_text(passage), [key for _, keys in passage for key in keys or ()])


def _compare_tokens(out: list[Op], old: list[_Sentence], new: list[_Sentence], for_readers: bool) -> bool:
    """Append the operations of two passages, word by word. True if they are exact."""
    if not old or not new:
        out.append((-1, _text(old)))
        out.append((1, _text(new)))
        return True
    old_passage, new_passage = _read(old), _read(new)
    pairs, is_exact = equal_words(old_passage.keys, new_passage.keys)
    runs = runs_of(pairs)
    if for_readers:
        runs = for_people(old_passage, new_passage, runs)
    _write(out, old_passage, new_passage, runs)
    return is_exact


def _write(out: list[Op], old: Passage, new: Passage, runs: list[Run]) -> None:
    """Append the operations for two passages whose equal tokens are known."""
    old_at = new_at = 0
    for i, j, length in runs:
        _write_change(out, old.text[old_at : old.starts[i]], new.text[new_at : new.starts[j]])
        old_at, new_at = old.ends[i + length - 1], new.ends[j + length - 1]
        kept = old.text[old.starts[i] : old_at]
        if kept == new.text[new.starts[j] : new_at]:
            out.append((0, kept))
        else:  # other blanks between the same tokens
            _write_run(out, old, new, (i, j, length))
    _write_change(out, old.text[old_at:], new.text[new_at:])


def _write_run(out: list[Op], old: Passage, new: Passage, run: Run) -> None:
    old_at, new_at = old.starts[run[0]], new.starts[run[1]]
    for i, j in zip(range(run[0], run[0] + run[2]), range(run[1], run[1] + run[2]), strict=True):
        _write_change(out, old.text[old_at : old.starts[i]], new.text[new_at : new.starts[j]])
        old_at, new_at = old.ends[i], new.ends[j]
        x, y = old.text[old.starts[i] : old_at], new.text[new.starts[j] : new_at]
        if x == y:
            out.append((0, x))
        else:  # two paragraph breaks of different length
            _write_change(out, x, y)


def _write_change(out: list[Op], old: str, new: str) -> None:
    """What stands between two kept tokens: the blanks that both sides have at the ends are kept."""
    if old == new and not old.strip():
        out.append((0, old))
        return
    head = _common_blanks(old, new)
    foot = _common_blanks(old[head:][::-1], new[head:][::-1])
    out.append((0, old[:head]))
    out.append((-1, old[head : len(old) - foot]))
    out.append((1, new[head : len(new) - foot]))
    out.append((0, old[len(old) - foot :]))


def _common_blanks(old: str, new: str) -> int:
    count = 0
    for x, y in zip(old, new, strict=False):
        if x != y or not x.isspace():
            break
        count += 1
    return count


def tidy(ops: Iterable[Op], *, is_strict: bool = False) -> list[Op]:
    """The operations in canonical form; unless strict, a deletion and its insertion that read the
    same are kept text."""
    out: list[Op] = []
    kept: list[str] = []
    deleted: list[str] = []
    inserted: list[str] = []

    def close_change() -> None:
        old, new = "".join(deleted), "".join(inserted)
        deleted.clear()
        inserted.clear()
        if old == new and not is_strict:
            kept.append(old)
        else:
            close_kept()
            out.extend(op for op in _changes(old, new) if op[1])

    def close_kept() -> None:
        text = "".join(kept)
        kept.clear()
        if text:
            out.append((0, text))

    for kind, text in ops:
        if kind:
            (deleted if kind < 0 else inserted).append(text)
        elif text:
            close_change()
            kept.append(text)
    close_change()
    close_kept()
    return out


def _changes(old: str, new: str) -> tuple[Op, Op]:
    return (-1, old), (1, new)
