"""A difference in a mail: what changed, without anything that mail programs drop."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings

from tests.text.redline_changes import mixed_pairs
from tests.text.test_redline import compared
from workspace.text.redline_mail import STYLES, mail_html, mail_parts, mail_text
from workspace.text.redline_views import column

OLD = (
    "## Ziel\n\nDie Stadt fragt nur den Rat und Gäste und hört alle an.\n\nDas gilt für **alle**.\n\n"
    "- Rat fragen\n- Plan machen\n\nEin Satz, der bleibt.\n\n"
    "## Frist\n\nDie Frist endet am 1. Mai.\n"
)
NEW = (
    "## Ziel\n\nDie Stadt fragt die Bürger*innen und hört alle an.\n\nDas gilt für alle.\n\n"
    "- Rat der Stadt fragen\n- Plan machen\n\nEin Satz, der bleibt.\n\n## Frist\n\nDie Frist endet am 1. Mai.\n\n"
    "Wer sie versäumt, <wird> noch gehört.\n"
)
_PLAIN_TAGS = {"p", "ins", "del", "strong", "em", "s", "code", "a", "br"}


class _Balance(HTMLParser):
    """Notes the elements that are open, and everything a mail should not have."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def balance(html: str) -> _Balance:
    found = _Balance()
    found.feed(html)
    found.close()
    return found


def test_only_changed_passages_stand_under_their_sections() -> None:
    text = mail_text(compared(OLD, NEW))
    assert text == (
        "1 Ziel\n\n"
        "Die Stadt fragt [Gestrichen: nur den Rat und Gäste] [Eingefügt: die Bürger*innen] und hört alle an.\n\n"
        "Das gilt für alle.\n\n"
        "(Nur Formatierung geändert: „alle“)\n\n"
        "• Rat [Eingefügt: der Stadt] fragen\n\n"
        "2 Frist\n\n"
        "[Eingefügt: Wer sie versäumt, <wird> noch gehört.]\n\n"
    )


def test_marks_bring_their_look_with_them() -> None:
    html = mail_html(compared(OLD, NEW))
    assert (
        f'<del style="{STYLES[-1]}">nur den Rat und Gäste</del> <ins style="{STYLES[1]}">die Bürger*innen</ins>' in html
    )
    assert "&lt;wird&gt;" in html
    assert "class=" not in html


def test_the_page_has_no_style_attributes() -> None:
    assert "style=" not in column(compared(OLD, NEW))


def test_a_mail_is_bounded_and_says_how_much_is_left() -> None:
    old = "\n\n".join(f"Absatz {at} nennt den alten Stand der Dinge im Ort." for at in range(30)) + "\n"
    found = compared(old, old.replace("alten", "neuen"))
    parts, left = mail_parts(found, most=5)
    assert (len(parts), left) == (5, 25)
    assert mail_text(found, most=5).count("[Eingefügt: neuen]") == 5


def test_long_unchanged_words_are_left_out() -> None:
    filling = " ".join(f"wort{at}" for at in range(500))
    old = f"{filling} alt {filling}\n"
    text = mail_text(compared(old, old.replace(" alt ", " neu ")))
    assert "[Gestrichen: alt] [Eingefügt: neu]" in text
    assert text.count("…") == 2
    assert len(text) < 500


def test_what_moved_is_said_once() -> None:
    passage = "Ein Absatz, der lang genug ist, um an anderer Stelle erkannt zu werden."
    others = "Was davor und danach steht, ist noch um einiges länger und bleibt deshalb an seinem Ort stehen."
    text = mail_text(compared(f"{passage}\n\n{others}\n", f"{others}\n\n{passage}\n"))
    assert text == f"Absatz verschoben.\n\n{passage}\n\n"


def test_of_a_table_only_the_changed_cells_stand_there() -> None:
    table = "| Ort | Zahl |\n|---|---|\n| Nord | 1 |\n| Süd | 2 |\n"
    assert mail_text(compared(table, table.replace("2", "3"))) == "[Gestrichen: 2] [Eingefügt: 3]\n\n"


def test_links_lead_out_of_the_mail_only_where_they_can() -> None:
    html = mail_html(compared("Alt.\n", "Siehe [hier](https://a.de/x) und [oben](#ziel).\n"))
    assert re.findall(r'href="([^"]*)"', html) == ["https://a.de/x"]
    assert "oben" in html


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mixed_pairs())
def test_every_mail_is_well_formed_and_plain(pair: tuple[str, str]) -> None:
    found = balance(mail_html(compared(*pair)))
    assert not found.open
    assert found.tags <= _PLAIN_TAGS
    assert found.attributes <= {"style", "href"}
