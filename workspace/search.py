"""Finding texts by parts of words, alike on SQLite and PostgreSQL.

What is searched is folded (lower case, ß → ss, no accents, no markup) and kept beside a trigram index. Query words are
stemmed and looked for anywhere in a word, so that "Beteiligungen" finds "Bürgerbeteiligungsverfahren". Who may see a
hit is decided in the same SQL: `matching` is a condition that callers join with their own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer
from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from workspace.db import Base, BigId, session

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
DIGRAPH = re.compile("([aou])e")
MARKUP = re.compile(r"[*_`~\u00ad]+")
ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
TRIGRAM = 3
MAX_WORDS = 8
"""Words of one query that count."""


class SearchDocument(Base):
    """The folded words of a paper or an edition. On SQLite `search_trigram` indexes it, kept true by triggers."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """paper or edition"""
    subject_id: Mapped[int] = mapped_column(BigId)
    folded: Mapped[str] = mapped_column(Text)


def fold(*words: str) -> str:
    """How words are compared: "Größe, **Bürger**rat" → "grosse, burgerrat"; several texts become lines."""
    plain = MARKUP.sub("", "\n".join(words)).lower().replace("ß", "ss")
    return ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


def index_document(kind: str, subject_id: int, folded: str) -> None:
    """Make these words findable, in the caller's transaction; earlier ones of the same thing are replaced.

    Args:
        folded: from `fold`; long texts are folded before the lock.
    """
    row = session().scalar(
        select(SearchDocument).where(SearchDocument.kind == kind, SearchDocument.subject_id == subject_id)
    )
    if row is None:
        session().add(SearchDocument(kind=kind, subject_id=subject_id, folded=folded))
    elif row.folded != folded:
        row.folded = folded


def drop_document(kind: str, subject_id: int) -> None:
    """Make a thing unfindable, in the caller's transaction."""
    session().execute(
        delete(SearchDocument).where(SearchDocument.kind == kind, SearchDocument.subject_id == subject_id)
    )


def search_terms(query: str) -> list[str]:
    """The folded stems that a hit may hold; empty when the query holds no word.

    >>> search_terms("Größe der Buergerräte")
    ['gross', 'der', 'burgerrat', 'buergerrat']
    """
    return [term for readings in _wanted(query) for term in readings]


def _wanted(query: str) -> list[tuple[str, ...]]:
    """For each word of the query the stems of which a hit holds at least one."""
    found: list[tuple[str, ...]] = []
    for word in WORD.findall(unicodedata.normalize("NFC", query).lower())[:MAX_WORDS]:
        terms = _readings(word)
        if terms not in found:
            found.append(terms)
    return found


def _readings(word: str) -> tuple[str, ...]:
    """The stem; where the stemmer took "ue" for "ü", also the stem as it was written: "aktueller" → "aktuell"."""
    written, stem = fold(word), fold(_stem(word))
    if stem in written:
        return (stem if len(stem) >= TRIGRAM else written,)
    shortened = (written[:end] for end in range(TRIGRAM, len(written)))
    as_written = next((part for part in shortened if _without_digraphs(part) == _without_digraphs(stem)), written)
    return (stem, as_written) if len(stem) >= TRIGRAM else (as_written,)


def _without_digraphs(word: str) -> str:
    return DIGRAPH.sub(r"\1", word)


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("german")


def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


def matching(
    kind: str, subject: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], query: str
) -> ColumnElement[bool] | None:
    """A condition: the document of `subject` holds every word of the query; None when the query holds no word."""
    terms = _wanted(query)
    if not terms:
        return None
    conditions: list[ColumnElement[bool]] = [SearchDocument.kind == kind]
    indexed = [readings for readings in terms if len(readings[0]) >= TRIGRAM]
    if indexed and session().get_bind().dialect.name == "sqlite":
        phrases = " AND ".join("(" + " OR ".join(f'"{term}"' for term in readings) + ")" for readings in indexed)
        rows = text("SELECT rowid FROM search_trigram WHERE search_trigram MATCH :phrases").bindparams(phrases=phrases)
        conditions.append(SearchDocument.id.in_(rows.columns(literal_column("rowid", BigId)).scalar_subquery()))
        terms = [readings for readings in terms if readings not in indexed]
    conditions += [or_(*(SearchDocument.folded.contains(t, autoescape=True) for t in readings)) for readings in terms]
    return subject.in_(select(SearchDocument.subject_id).where(and_(*conditions)))
