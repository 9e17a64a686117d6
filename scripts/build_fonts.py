"""Make the font files of `static/fonts/` from the full variable fonts.

    python scripts/build_fonts.py SERIF.ttf SERIF-ITALIC.ttf SANS.ttf

Needs fontTools and brotli, and the three variable fonts (see `static/fonts/README.md`); nothing else of the project
does, and nothing is fetched. Each face becomes two files: one with the signs German and English texts are made of,
and one with the rest of Latin-1 and Latin Extended, which a browser loads only for a page that has such a sign in it
(`unicode-range` in `static/css/tokens.css`; a test holds both in agreement).
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"

CORE = frozenset({*range(0x20, 0x7F), *map(ord, "\u00a0\u00adÄÖÜäöüßÉàáâçèéêëñóô§«»°±²·×½–—‘’‚“”„•…‹›€↑→−¶")})
"""Signs of the first file."""
REST = frozenset({*range(0xA1, 0x180), *range(0x218, 0x21C), 0x1E9E, *map(ord, "‐‑†‡‰′″←↓≈≠≤≥")}) - CORE
"""Signs of the second file: names such as Şahin, Łukasz, Dvořák, Żyła, Çelik, Ștefan."""

READING_SIZE = 14
"""Optical size of the serif in points: the reading text is 19 px."""
FACES: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "source-serif-4": ({"opsz": READING_SIZE, "wght": (400, 600)}, ("kern", "liga", "onum")),
    "source-serif-4-italic": ({"opsz": READING_SIZE, "wght": 400}, ("kern", "liga", "onum")),
    "source-sans-3": ({"wght": (400, 600)}, ("kern", "liga")),
}
"""Name of the file → limits of the axes, and the layout features the style sheets use. Figures are lining and tabular
without a feature."""
UNUSED = ("BASE", "STAT", "MVAR", "gasp", "DSIG")


def narrowed(source: Path, limits: dict[str, object]) -> bytes:
    """A font with its axes limited, ready to be cut."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = instantiateVariableFont(TTFont(source), limits, inplace=True)
    kept = io.BytesIO()
    font.save(kept)
    return kept.getvalue()


def cut(whole: bytes, signs: frozenset[int], features: tuple[str, ...]) -> bytes:
    """The part of a font that holds these signs, as WOFF2."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = list(features)
    options.name_IDs = [1, 2, 3, 5, 13, 14]  # names, version, licence
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += list(UNUSED)
    font = TTFont(io.BytesIO(whole))
    steady_kerning(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def steady_kerning(font: TTFont) -> None:
    """Kern every weight as the lightest: how kerning grows with the weight takes a quarter of a file, unseen."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            pairs = getattr(table, "ExtSubTable", table)
            if pairs.LookupType != 2:
                continue
            records = [record for group in getattr(pairs, "PairSet", []) for record in group.PairValueRecord]
            records += [record for row in getattr(pairs, "Class1Record", []) for record in row.Class2Record]
            for record in records:
                for value in filter(None, (record.Value1, record.Value2)):
                    for name in ("XPlaDevice", "YPlaDevice", "XAdvDevice", "YAdvDevice"):
                        value.__dict__.pop(name, None)
            pairs.ValueFormat1 &= 0x0F
            pairs.ValueFormat2 &= 0x0F


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the font files of static/fonts/.")
    for name in ("serif", "italic", "sans"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    for source, (name, (limits, features)) in zip((given.serif, given.italic, given.sans), FACES.items(), strict=True):
        whole = narrowed(source, limits)
        for ending, signs in (("", CORE), ("-ext", REST)):
            made = cut(whole, signs, features)
            (FONTS / f"{name}{ending}.woff2").write_bytes(made)
            sys.stdout.write(f"{name}{ending}.woff2: {len(made)} bytes\n")


if __name__ == "__main__":
    main()
