"""Build the few files a page loads: style bundles and script bundles in `static/dist/`.

    python scripts/build_static.py            write the bundles that changed
    python scripts/build_static.py --check    write nothing; fail and name the bundles that are not up to date

Needs nothing but the standard library. The first line of each bundle carries the hash of its sources and of
this file, so that a test can tell a forgotten build without repeating it in a browser.

Styles: sources are joined in the order of `STYLES` and lightly minified. `light-dark(a, b)` may stand in
`tokens.css` and `people-tokens.css` only, as the whole value of a custom property; here it becomes three rules
(light, dark by the system, dark by choice), because browsers of 2023 do not know the function. From KERN only
the rules of the form controls in use and the properties they need are taken, inside `@layer kern`.

Scripts: a file of `static/js/` says in its first line which bundles it belongs to: `// bundle: reading tool`;
one without such a line is left to the page that names it.
The editor (`static/dist/editor.js`) is built from `frontend/` by `make editor`, which needs Node; here only its
first line is compared with the hash of its sources.

`theme.js` runs at once, before anything is painted; every other file runs when the page has been read, in a
function of its own, so that none can see or break another. The files hold no `import` and no `export`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
KERN = "vendor/kern/kern.min.css"

_PAPER = (
    "site bar button badge notice prose guidance figure toc comments comment-form discussion block-tools reading "
    "selection read-mark keys"
)
_READING = f"{_PAPER} register edition publishing fields"
_CHANGES = "diff stepper synopsis history compare words"
_TOOL = (
    "library start help welcome legal people account tables search checklist desk log uploads editor conflict writing"
)
_FORMS = "forms sign-in sheet"


def _styles(components: str) -> tuple[str, ...]:
    names = (*components.split(), "print")
    return ("css/tokens.css", "css/base.css", *(f"css/components/{name}.css" for name in names))


STYLES: dict[str, tuple[str, ...]] = {
    "paper": _styles(_PAPER),
    "reading": _styles(_READING),
    "changes": _styles(f"{_READING} {_CHANGES}"),
    "tool": _styles(f"{_READING} {_CHANGES} {_TOOL}"),
    "forms": (KERN, *_styles(f"{_READING} {_CHANGES} {_TOOL} {_FORMS}")),
    "editor": ("css/people-tokens.css", "css/components/live-editor.css"),
}
"""Bundle name → sources, relative to `static/`, in the order of the cascade."""

KERN_PARTS = re.compile(
    r"\.kern-(?:form-input(?!__select)|fieldset|form-check|label|hint|error)(?:__[\w-]+)?(?:--[\w-]+)?(?![\w-])"
)
KERN_LEFT_OUT = re.compile(r"\.kern-(?:badge|btn|dropdown|hgroup|input-group|icon|accordion|alert|dialog|card)")


def style_bundle(sources: tuple[str, ...]) -> str:
    """Join and minify one style bundle, without its first line."""
    parts: list[str] = []
    for source in sources:
        text = (STATIC / source).read_text(encoding="utf-8")
        if source == KERN:
            parts.append("@layer kern{" + kern_forms(text) + "}")
        elif source.endswith("tokens.css"):
            parts.append(minified(expand_light_dark(with_content_hash(text))))
        else:
            parts.append(minified(text))
    return "".join(parts) + "\n"


def with_content_hash(css: str) -> str:
    """Give every font the address that `static_url` gives it, so that browsers keep it and preloading finds it."""

    def hashed(match: re.Match[str]) -> str:
        digest = hashlib.sha256((STATIC / "dist" / match.group(1)).resolve().read_bytes()).hexdigest()[:10]
        return f'url("{match.group(1)}?v={digest}")'

    return re.sub(r'url\("(\.\./fonts/[^"?]+)"\)', hashed, css)


def minified(css: str) -> str:
    """Drop comments and needless blanks; strings and `url(…)` stay as they are.

    >>> minified('a , b { margin : calc(1px + 2px) ; /* why */ content: "a  b" ; }')
    'a,b{margin:calc(1px + 2px);content:"a  b"}'
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)\"']*\)", keep, css)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    css = re.sub(r"([{;][\w-]+) ?: ?", r"\1:", css)
    css = css.replace(";}", "}").strip()
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match.group(1))], css)


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Split a style sheet into its top-level rules: (selector or at-rule, body without braces)."""
    depth, start, brace, quote = 0, 0, 0, ""
    skip = False
    for at, char in enumerate(css):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "{":
            brace = at if depth == 0 else brace
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[start:brace].strip(), css[brace + 1 : at]
                start = at + 1
        elif char == ";" and depth == 0:  # an at-rule without a body, such as @charset
            start = at + 1


def expand_light_dark(css: str) -> str:
    """Write every `--name: light-dark(a, b);` as a light value and two dark rules.

    >>> print(expand_light_dark(':root { --ink: light-dark(black, white); }'))
    :root { --ink: black; }
    @media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { --ink: white; } }
    :root[data-theme="dark"] { --ink: white; }
    """
    dark: list[str] = []

    def light(match: re.Match[str]) -> str:
        name, pair = match.group(1), match.group(2)
        comma = _comma(pair)
        dark.append(f"{name}: {pair[comma + 1 :].strip()};")
        return f"{name}: {pair[:comma].strip()};"

    css = re.sub(r"(--[\w-]+):\s*light-dark\((.*?)\);", light, css)
    if "light-dark(" in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL):
        raise SystemExit("light-dark() must be the whole value of a custom property, on one line")
    values = " ".join(dark)
    by_system = f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {values} }} }}'
    return f'{css}\n{by_system}\n:root[data-theme="dark"] {{ {values} }}'


def _comma(pair: str) -> int:
    """Where the comma between the two values stands, outside their own brackets."""
    depth = 0
    for at, char in enumerate(pair):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            return at
    raise SystemExit(f"light-dark({pair}) has one value only")


def kern_forms(css: str) -> str:
    """The part of KERN that our forms use: rules of the form controls and the properties they name.

    Rules with `data:` pictures are left out, so that the content security policy needs no exception.
    """
    parts: list[str] = []
    for selector, body in rules(css):
        if selector.startswith(("@media (forced", "@media (min", "@media (max")):
            inner = "".join(f"{s}{{{b}}}" for s, b in rules(body) if _is_wanted(s, b))
            parts.append(f"{selector}{{{inner}}}" if inner else "")
        elif _is_wanted(selector, body):
            parts.append(f"{selector}{{{body}}}")
    used = "".join(parts)
    return _kern_properties(css, used) + used


def _is_wanted(selector: str, body: str) -> bool:
    own = all(KERN_PARTS.search(part) and not KERN_LEFT_OUT.search(part) for part in selector.split(","))
    return own and "url(" not in body


def _kern_properties(css: str, used: str) -> str:
    """Definitions of the custom properties that `used` needs, directly or through others."""
    blocks: list[tuple[str, dict[str, str]]] = []
    for selector, body in rules(css):
        for outer, inner_selector, inner in _definitions(selector, body):
            found = dict(re.findall(r"(--kern-[\w-]+)\s*:\s*([^;}]+)", inner))
            blocks.append((outer + inner_selector, found))
    wanted: set[str] = set()
    new = set(re.findall(r"var\((--kern-[\w-]+)", used))
    while new:
        wanted |= new
        values = " ".join(value for _, block in blocks for name, value in block.items() if name in new)
        new = set(re.findall(r"var\((--kern-[\w-]+)", values)) - wanted
    text = ""
    for selector, block in blocks:
        body = ";".join(f"{name}:{value.strip()}" for name, value in block.items() if name in wanted)
        closing = "}" * selector.count("{")
        text += f"{selector}{{{body}}}{closing}" if body else ""
    return text


def _definitions(selector: str, body: str) -> Iterator[tuple[str, str, str]]:
    """Blocks that define custom properties: (opening at-rule or nothing, selector, declarations)."""
    if selector.startswith("@media (prefers-color-scheme"):
        for inner_selector, inner in rules(body):
            yield f"{selector}{{", inner_selector, inner
    elif ":root" in selector or "kern-theme" in selector:
        yield "", selector, body


def script_sources() -> dict[str, list[Path]]:
    """Bundle name → script files, `theme.js` first and the rest by name."""
    found: dict[str, list[Path]] = {name: [] for name in STYLES}
    for path in sorted((STATIC / "js").glob("*.js"), key=lambda path: (path.name != "theme.js", path.name)):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        match = re.fullmatch(r"// bundle:((?: [a-z]+)+)", first)
        for name in match.group(1).split() if match else ():
            if name not in found:
                raise SystemExit(f"{path.name}: there is no bundle {name}")
            found[name].append(path)
    return found


def script_bundle(files: list[Path]) -> str:
    """Join one script bundle, without its first line."""
    parts: list[str] = []
    for path in files:
        body = without_comment_lines(path)
        if path.name == "theme.js":
            parts.append(f'(() => {{ "use strict";\n{body}\n}})();\n')
        else:
            parts.append(f'addEventListener("DOMContentLoaded", () => {{ "use strict";\n{body}\n}});\n')
    return "".join(parts)


def without_comment_lines(path: Path) -> str:
    """A script without indentation, empty lines and lines that are a comment from their beginning."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if re.match(r"\s*(?:import\b(?!\()|export\b)", line):
            raise SystemExit(f"{path.name}:{number}: no import and no export in a page script")
        if line.count("`") % 2:
            raise SystemExit(f"{path.name}:{number}: a template string must end on its line")
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))


def bundles() -> dict[str, str]:
    """File name in `static/dist/` → its whole text."""
    built: dict[str, str] = {}
    scripts = script_sources()
    for name, sources in STYLES.items():
        paths = [STATIC / source for source in sources]
        paths += sorted((STATIC / "fonts").glob("*.woff2"))
        notice = " · contains parts of KERN UX 2.7.2, EUPL-1.2, see ../vendor/kern/" if KERN in sources else ""
        built[f"{name}.css"] = f"/* sources {_hash(paths)}{notice} */\n{style_bundle(sources)}"
        if scripts.get(name):  # pages with the styles "changes" take the scripts of "reading"
            built[f"{name}.js"] = f"// sources {_hash(scripts[name])}\n{script_bundle(scripts[name])}"
    return built


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in (Path(__file__), *paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def editor_hash() -> str:
    """The hash of the editor's sources, as frontend/build.mjs counts it and writes it into the first line."""
    folder = ROOT / "frontend"
    names = ("build.mjs", "package-lock.json", "package.json")
    paths = [
        *(folder / name for name in names),
        *sorted((folder / "src").iterdir()),
        STATIC / "js" / "paste-cleaner.js",
    ]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def is_editor_stale() -> bool:
    """Whether the built editor is missing or was built from other sources."""
    path = STATIC / "dist" / "editor.js"
    if not path.is_file():
        return True
    with path.open(encoding="utf-8") as file:
        return not file.readline().startswith(f"// sources {editor_hash()} ")


def stale(built: dict[str, str]) -> list[str]:
    """Names of the bundles whose file is missing or differs."""
    folder = STATIC / "dist"
    return [
        name
        for name, text in built.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the style and script bundles in static/dist/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a bundle is not up to date")
    arguments = parser.parse_args()
    built = bundles()
    changed = stale(built)
    if arguments.check:
        for name in changed:
            sys.stderr.write(f"static/dist/{name} is not up to date: run python scripts/build_static.py\n")
        if is_editor_stale():
            sys.stderr.write("static/dist/editor.js is not up to date: run make editor (needs Node)\n")
        return 1 if changed or is_editor_stale() else 0
    for name in changed:
        (STATIC / "dist").mkdir(exist_ok=True)
        (STATIC / "dist" / name).write_text(built[name], encoding="utf-8")
        sys.stdout.write(f"static/dist/{name}: {len(built[name].encode())} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
