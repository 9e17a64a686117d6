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
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from workspace.db import Base, BigId, session

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
MARKUP = re.compile(r"[*_`~\u00ad]+")
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


def fold(words: str) -> str:
    """How words are compared: "Größe, **Bürger**rat" → "grosse, burgerrat"."""
    plain = MARKUP.sub("", words).lower().replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def index_document(kind: str, subject_id: int, *parts: str) -> None:
    """Make these words findable, in the caller's transaction; earlier ones of the same thing are replaced."""
    folded = fold("\n".join(parts))
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
    """The folded stems that a query asks for; empty when it holds no word."""
    found: list[str] = []
    for word in WORD.findall(query.lower())[:MAX_WORDS]:
        term = fold(_stem(word))
        term = term if len(term) >= TRIGRAM else fold(word)
        if term and term not in found:
            found.append(term)
    return found


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("german")


def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


def matching(kind: str, subject: InstrumentedAttribute[int], query: str) -> ColumnElement[bool] | None:
    """A condition: the document of `subject` holds every word of the query; None when the query holds no word."""
    terms = search_terms(query)
    if not terms:
        return None
    conditions = [SearchDocument.kind == kind]
    long_terms = [term for term in terms if len(term) >= TRIGRAM]
    if long_terms and session().get_bind().dialect.name == "sqlite":
        phrases = " AND ".join('"' + term.replace('"', '""') + '"' for term in long_terms)
        rows = text("SELECT rowid FROM search_trigram WHERE search_trigram MATCH :phrases").bindparams(phrases=phrases)
        conditions.append(SearchDocument.id.in_(rows.columns(literal_column("rowid", BigId)).scalar_subquery()))
        terms = [term for term in terms if len(term) < TRIGRAM]
    conditions += [SearchDocument.folded.contains(term, autoescape=True) for term in terms]
    return subject.in_(select(SearchDocument.subject_id).where(and_(*conditions)))
