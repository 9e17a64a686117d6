"""Styles, bundles and icons hold together without a browser."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
SOURCES = sorted((STATIC / "css").rglob("*.css"))
COMPONENTS = sorted((STATIC / "css" / "components").glob("*.css"))
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.html") if p.parent.name != "mail")
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
BUILT = sorted((STATIC / "dist").glob("*.css"))
KERN_SHA256 = "fc2428f71ee156d7187a3d416bedd5550c3543925204e9ac4b02544e649eb7f8"
EDITOR_BUDGET = 250_000
"""Compressed bytes of the live editor, which only those load who write."""
READING_BUDGET = 10_300
"""Compressed bytes of paper.css, so that a first visit to a long paper stays under 90 KB with its fonts."""


def load(name: str) -> ModuleType:
    """A script of `scripts/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


build = load("build_static")


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


TOKENS = "".join(
    without_comments(path.read_text(encoding="utf-8")) for path in sorted((STATIC / "css").glob("*tokens.css"))
)


def test_bundles_are_up_to_date() -> None:
    assert build.stale(build.bundles()) == [], "run python scripts/build_static.py"


def test_the_editor_is_up_to_date_and_small() -> None:
    assert not build.is_editor_stale(), "run make editor"
    script = (STATIC / "dist" / "editor.js").read_bytes()
    assert len(gzip.compress(script, 9)) < EDITOR_BUDGET
    licences = (STATIC / "dist" / "editor.licences.txt").read_text(encoding="utf-8")
    for name in ("@codemirror/view", "@lezer/markdown", "yjs", "y-codemirror.next", "lib0"):
        assert re.search(rf"^{re.escape(name)} [\d.]+ \(MIT\)$", licences, re.MULTILINE), name


def test_a_change_of_the_editor_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dist").mkdir()
    monkeypatch.setattr(build, "editor_hash", lambda: "0123456789abcdef")
    monkeypatch.setattr(build, "STATIC", tmp_path)
    assert build.is_editor_stale()
    (tmp_path / "dist" / "editor.js").write_text("// sources 0123456789abcdef · more\n", encoding="utf-8")
    assert not build.is_editor_stale()
    (tmp_path / "dist" / "editor.js").write_text("// sources 0123456789abcdee · more\n", encoding="utf-8")
    assert build.is_editor_stale()


def test_a_change_of_a_source_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "css"
    (source / "components").mkdir(parents=True)
    (tmp_path / "fonts").mkdir()
    (tmp_path / "js").mkdir()
    (source / "a.css").write_text("a { color: red; }", encoding="utf-8")
    monkeypatch.setattr(build, "STATIC", tmp_path)
    monkeypatch.setattr(build, "STYLES", {"reading": ("css/a.css",)})
    monkeypatch.setattr(build, "is_editor_stale", lambda: False)
    monkeypatch.setattr(sys, "argv", ["build_static.py"])
    assert build.main() == 0
    assert build.stale(build.bundles()) == []
    (source / "a.css").write_text("a { color: red; } /* why */", encoding="utf-8")
    assert build.stale(build.bundles()) == ["reading.css"]
    monkeypatch.setattr(sys, "argv", ["build_static.py", "--check"])
    assert build.main() == 1
    assert "why" not in (tmp_path / "dist" / "reading.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_token_used_is_defined(path: Path) -> None:
    css = without_comments(path.read_text(encoding="utf-8"))
    defined = set(re.findall(r"(--[\w-]+)\s*:", TOKENS)) | set(re.findall(r"(--[\w-]+)\s*:", css))
    with_fallback = set(re.findall(r"var\((--[\w-]+)\s*,", css))
    used = set(re.findall(r"var\((--[\w-]+)", css))
    assert used - defined - with_fallback == set()


def test_every_token_is_used() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    defined = set(re.findall(r"(--[\w-]+)\s*:", TOKENS))
    assert {name for name in defined if f"var({name})" not in everything} == set()


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_colours_stand_in_the_tokens_only(path: Path) -> None:
    css = without_comments(path.read_text(encoding="utf-8"))
    css = re.sub(r"@media print \{.*", "", css, flags=re.DOTALL)
    assert re.findall(r"\brgb|\bhsl|light-dark", css) == []
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", css)) <= {"#fff"}, "white behind pictures is the only exception"


def test_every_component_is_in_a_bundle_and_begins_with_its_use() -> None:
    bundled = {source for sources in build.STYLES.values() for source in sources}
    for path in COMPONENTS:
        assert f"css/components/{path.name}" in bundled
        assert path.read_text(encoding="utf-8").startswith("/* ")


def test_the_policy_needs_no_exception() -> None:
    assert {path.stem for path in BUILT} == set(build.STYLES)
    for path in BUILT:
        css = path.read_text(encoding="utf-8")
        assert "data:" not in css
        assert "@import" not in css
        assert set(re.findall(r"url\((?!\"\.\./fonts/)", css)) == set()
    for path in TEMPLATES:
        page = path.read_text(encoding="utf-8")
        assert re.findall(r"<[^>{]*\s(?:style|on[a-z]+)=", page) == [], path.name
        assert "data:" not in page, path.name
        assert re.findall(r"<script(?![^>]*\s(?:src=|type=\"application/ld\+json\"))", page) == [], path.name
        assert "<style" not in page, path.name


@pytest.mark.parametrize("path", BUILT, ids=lambda path: path.name)
def test_bundles_are_whole(path: Path) -> None:
    css = re.sub(r"\"(?:[^\"\\]|\\.)*\"", "", without_comments(path.read_text(encoding="utf-8")))
    assert css.count("{") == css.count("}")
    assert "light-dark(" not in css
    assert css.count('data-theme="dark"') == 0, "quotes were removed with the strings above"
    assert "prefers-color-scheme:dark" in css.replace(" ", "")


def test_fonts_are_there_and_have_the_address_static_url_gives() -> None:
    css = (STATIC / "dist" / "reading.css").read_text(encoding="utf-8")
    found = re.findall(r"url\(\"\.\./(fonts/[\w.-]+)\?v=([0-9a-f]+)\"\)", css)
    assert len(found) == 6
    for name, digest in found:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest().startswith(digest)
    assert len(list((STATIC / "fonts").glob("OFL-*.txt"))) == 2


def test_dark_values_are_written_out_for_system_and_choice() -> None:
    css = build.expand_light_dark(":root { --a: light-dark(rgb(1, 2, 3), #fff); --b: 1px; }")
    assert ":root { --a: rgb(1, 2, 3); --b: 1px; }" in css
    assert '@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { --a: #fff; } }' in css
    assert css.endswith(':root[data-theme="dark"] { --a: #fff; }')


def test_light_dark_inside_another_value_is_refused() -> None:
    with pytest.raises(SystemExit):
        build.expand_light_dark(":root { --a: 1px solid light-dark(#000, #fff); }")


@pytest.mark.parametrize(
    ("css", "small"),
    [
        ("a { color : red ; }", "a{color:red}"),
        ("a :hover > b{margin:calc(1px + 2px)}", "a :hover > b{margin:calc(1px + 2px)}"),
        ('q::before { content: " ; { } " ; }', 'q::before{content:" ; { } "}'),
        ("/* no */ @media (min-width: 2rem) { a { b: c } }", "@media (min-width: 2rem){a{b:c}}"),
        ("a { grid-row: 1 / span 2; }", "a{grid-row:1 / span 2}"),
    ],
)
def test_minifying_keeps_the_meaning(css: str, small: str) -> None:
    assert build.minified(css) == small


def test_kern_is_unchanged_and_only_its_form_controls_are_taken() -> None:
    source = (STATIC / "vendor" / "kern" / "kern.min.css").read_bytes()
    assert hashlib.sha256(source).hexdigest() == KERN_SHA256
    assert (STATIC / "vendor" / "kern" / "LICENSE.md").is_file()
    css = (STATIC / "dist" / "forms.css").read_text(encoding="utf-8")
    assert "EUPL-1.2" in css.splitlines()[0]
    assert "@layer kern{" in css
    for part in (".kern-form-input", ".kern-fieldset", ".kern-form-check", ".kern-label", ".kern-hint", ".kern-error"):
        assert part in css
    for part in (".kern-btn", ".kern-alert", "*:not(i)", "body{background-color"):
        assert part not in css
    layer = css.split("@layer kern{", 1)[1].split("@font-face", 1)[0]
    used = set(re.findall(r"var\((--kern-[\w-]+)\)", layer))
    assert used - set(re.findall(r"(--kern-[\w-]+):", layer)) == set()


def test_reading_pages_stay_light() -> None:
    import gzip

    css = (STATIC / "dist" / "paper.css").read_bytes()
    upright = sum((STATIC / "fonts" / name).stat().st_size for name in ("source-serif-4.woff2", "source-sans-3.woff2"))
    assert len(gzip.compress(css, 6)) < READING_BUDGET
    assert upright < 34_000


def test_rare_letters_are_looked_for_in_the_files_that_hold_them() -> None:
    fonts = load("build_fonts")
    tokens = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    faces = re.findall(r"url\(\"\.\./fonts/([\w-]+)\.woff2\"\)[^}]*?(?:unicode-range: ([^;]+);)? }", tokens)
    assert len(faces) == 6
    for name, ranges in faces:
        assert bool(ranges) == name.endswith("-ext"), name
        signs: set[int] = set()
        for part in filter(None, ranges.split(", ")):
            first, _, last = part.removeprefix("U+").partition("-")
            signs |= set(range(int(first, 16), int(last or first, 16) + 1))
        assert not ranges or signs == fonts.REST, name
    assert not fonts.CORE & fonts.REST
    assert set(map(ord, "ÄÖÜäöüß„“–€0123456789")) <= fonts.CORE
    assert set(map(ord, "ŞşŁłČčŽžŐőŘřĞğÅåØøÆæ")) <= fonts.REST


def test_every_icon_named_in_a_template_exists() -> None:
    known = set(re.findall(r"^  \"([\w-]+)\": '<", (ROOT / "templates/_macros/icons.html").read_text("utf-8"), re.M))
    assert len(known) > 10
    for path in TEMPLATES:
        named = set(re.findall(r"[{(\s]icon\(\"([\w-]+)\"\)", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def test_bundled_scripts_stand_alone() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        if not text.startswith("// bundle:"):
            continue
        assert re.findall(r"^\s*(?:import\b(?!\()|export\b)|innerHTML|insertAdjacentHTML|\beval\(", text, re.M) == []
        assert re.findall(r"\bwindow\.\w+ =", text) == [], "no globals"


def test_example_calls_of_the_builder() -> None:
    import doctest

    assert doctest.testmod(build).failed == 0
