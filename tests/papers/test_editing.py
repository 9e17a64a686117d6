"""Writing: the edit page, one block, conflicts, bad input."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.papers.browsers import Room
from tests.papers.pages import END, SECHS, START, ZEHN, block, field_of, head, newest, send
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import Member
from workspace.db import session
from workspace.papers import actions
from workspace.papers.models import OpenEditor, Paper, ReadMark, Source

# The whole text


def test_the_edit_page_has_the_whole_text(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, text="\n\nVorn sind leere Zeilen. <b>&amp;\n")
    page = client_for(people.editor).get(f"/papers/{paper.key}/edit").get_data(as_text=True)
    assert field_of(page, "body") == "\n\nVorn sind leere Zeilen. <b>&amp;\n"
    assert field_of(page, "base") == "1"
    assert field_of(page, "kept_for") == f"/papers/{paper.key}/edit"


def test_the_live_editor_alone_may_add_styles(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)

    def nonces(address: str) -> tuple[list[str], list[str]]:
        answer = client.get(address)
        policy = re.findall(r"style-src 'self' 'nonce-([\w-]{16,})'", answer.headers["Content-Security-Policy"])
        return policy, re.findall(r'data-style-nonce="([\w-]+)"', answer.get_data(as_text=True))

    first, second = nonces(f"/papers/{paper.key}/edit"), nonces(f"/papers/{paper.key}/edit")
    assert first[0] == first[1] != []
    assert second[0] == second[1] != first[0]
    for page in (f"/papers/{paper.key}/edit?as=form", f"/papers/{paper.key}", "/"):
        assert nonces(page) == ([], [])


def test_text_that_came_back_goes_on_in_the_form(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    refused = send(client_for(people.editor), paper, "")
    assert refused.status_code == 422
    assert "<live-editor" not in refused.get_data(as_text=True)


def test_a_text_is_saved_with_its_summary(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.lead), paper, ZEHN.replace("\n", "\r\n"), summary=" Frist  länger ")
    assert (answer.status_code, answer.location) == (303, f"/papers/{paper.key}")
    assert head(paper) == (2, ZEHN)
    assert newest(paper).summary == "Frist länger"


def test_after_saving_it_says_so(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.lead)
    send(client, paper, ZEHN)
    assert "Gespeichert." in client.get(f"/papers/{paper.key}").get_data(as_text=True)
    send(client, paper, ZEHN, base=2)
    assert "Der Text ist unverändert." in client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert head(paper)[0] == 2


def test_a_merge_is_told_with_names_and_a_link(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    client = client_for(people.editor)
    assert send(client, paper, TEXT.replace("keine Satzung", "keine Leitlinie")).status_code == 303
    page = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert "Ihre Änderung wurde mit der von Clara Leitung zusammengeführt." in page
    assert f'href="/papers/{paper.key}/compare/1/3"' in page
    assert head(paper)[1] == ZEHN.replace("keine Satzung", "keine Leitlinie")


def test_ones_own_save_is_no_news_and_closes_the_edit_page(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    send(client_for(people.editor), paper, ZEHN)
    session().rollback()
    mark = session().get_one(ReadMark, (paper.id, people.editor.id))
    assert mark.revision_number == 2
    assert session().get(OpenEditor, (paper.id, people.editor.id)) is None


def test_others_with_the_page_open_are_named(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client_for(people.lead).get(f"/papers/{paper.key}/edit")
    client_for(people.lead).get(f"/papers/{paper.key}/edit")
    page = client_for(people.editor).get(f"/papers/{paper.key}/edit").get_data(as_text=True)
    assert "Clara Leitung hat diese Seite in der letzten Viertelstunde auch geöffnet." in page
    assert "Emil Redaktion hat" not in page


def test_the_form_begins_with_what_others_have_typed(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, text=ZEHN)
    room = Room(paper)
    room.send((people.lead, room.open().type(0, "Eben getippt. ")))
    live, form = (
        client_for(people.editor).get(f"/papers/{paper.key}/edit{query}").get_data(as_text=True)
        for query in ("", "?as=form&because=blocked")
    )
    assert "Eben getippt." not in live
    assert "Eben getippt." in form
    assert field_of(form, "base") == "2"
    assert "lässt die Verbindung für gemeinsames Schreiben nicht durch" in form
    assert newest(paper).source == Source.LIVE


def test_of_a_crowd_the_newest_are_named(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    crowd = [
        Member(handle=f"p{n}", name=f"Person {n:02}", email=f"p{n}@netz.example", created_at=clock.now())
        for n in range(15)
    ]
    session().add_all(crowd)
    session().flush()
    session().add_all(
        OpenEditor(paper_id=paper.id, member_id=one.id, opened_at=clock.now() - timedelta(seconds=at))
        for at, one in enumerate(crowd)
    )
    session().commit()
    page = client_for(people.editor).get(f"/papers/{paper.key}/edit").get_data(as_text=True)
    assert "Person 00, Person 01," in page
    assert "Person 11 und 3 weitere." in page
    assert "Person 12" not in page
    assert ">+10<" in page


def test_only_those_who_write_get_the_page(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    for who, status in ((people.reviewer, 403), (people.reader, 403), (people.stranger, 404)):
        client = client_for(who)
        token = csrf_of(client.get("/account"))
        assert client.get(f"/papers/{paper.key}/edit").status_code == status
        for path in ("edit", "preview", f"blocks/{START}-{END}?base=1"):
            answer = client.post(f"/papers/{paper.key}/{path}", data={"csrf_token": token, "body": ZEHN, "base": "1"})
            assert answer.status_code == status
    assert head(paper)[0] == 1


def test_a_paper_parked_meanwhile_is_not_saved_and_the_words_come_back(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    page = client.get(f"/papers/{paper.key}/edit")
    actions.park_paper(actor_of(people.lead), paper)
    session().commit()
    fields = {"csrf_token": csrf_of(page), "base": "1", "body": ZEHN}
    answer = client.post(f"/papers/{paper.key}/edit", data=fields)
    assert answer.status_code == 403
    assert head(paper)[0] == 1


# Preview


def test_the_preview_button_shows_the_text_and_keeps_it(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, "## Neu\n\nMit **fettem** Wort.\n", do="preview", summary="halb")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<h2 id="v-h-neu"' in page
    assert "Mit <strong>fettem</strong> Wort." in page
    assert field_of(page, "body") == "## Neu\n\nMit **fettem** Wort.\n"
    assert field_of(page, "summary") == "halb"
    assert head(paper)[0] == 1


def test_the_script_gets_only_the_rendered_text(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    page, path = f"/papers/{paper.key}/edit", f"/papers/{paper.key}/preview"
    answer = post_form(client_for(people.editor), page, path, body="Ein *Wort* <script>alert(1)</script>")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.startswith('<div class="prose"')
    assert "<em>Wort</em>" in text
    assert "<script" not in text
    too_large = post_form(client_for(people.editor), page, path, body="x" * 1_000_001)
    assert too_large.status_code == 413


def test_a_script_whose_session_ended_is_told_in_json(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    token = csrf_of(client.get(f"/papers/{paper.key}/edit"))
    with clock.at(clock.now() + timedelta(hours=9)):
        answer = client.post(
            f"/papers/{paper.key}/preview",
            data={"csrf_token": token, "body": "x"},
            headers={"Accept": "application/json"},
        )
    assert answer.status_code == 401
    assert answer.get_json()["error"]["message"] == "Bitte melden Sie sich an."


# Bad input: a clear sentence, the words kept


@pytest.mark.parametrize("base", ["0", "-1", "2", str(10**18), str(10**30), "", "x", "²"])
def test_an_unknown_base_is_named_and_the_text_kept(client_for: ClientFor, people: People, base: str) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, ZEHN, base=base)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "von welchem Stand Ihr Text ausgeht" in page
    assert field_of(page, "body") == ZEHN
    assert head(paper)[0] == 1


def test_a_text_too_large_is_named_and_kept(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    body = "Wort " * 200_001
    answer = send(client_for(people.editor), paper, body)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 413
    assert "Der Text ist zu groß" in page
    assert field_of(page, "body").strip() == body.strip()


def test_an_empty_text_is_named(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, "\x00 \r\n".strip(" "))
    assert answer.status_code == 422
    assert "Der Text ist leer." in answer.get_data(as_text=True)
    assert head(paper)[0] == 1


def test_a_summary_too_long_is_named_and_all_is_kept(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, ZEHN, summary="x" * 201)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "höchstens 200 Zeichen" in page
    assert (field_of(page, "body"), field_of(page, "summary")) == (ZEHN, "x" * 201)


def test_broken_characters_are_left_out(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    token = csrf_of(client.get(f"/papers/{paper.key}/edit"))
    raw = b"csrf_token=" + token.encode() + b"&base=1&body=Eins%00%EF%BB%BF+zwei%0D%0A%ED%A0%80drei"
    answer = client.post(f"/papers/{paper.key}/edit", data=raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    number, text = head(paper)
    assert number == 2
    assert text.startswith("Eins zwei\n")
    assert "\x00" not in text
    text.encode()


def test_a_form_without_fields_or_with_others_is_refused_clearly(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    page = f"/papers/{paper.key}/edit"
    assert post_form(client_for(people.editor), page).status_code == 422
    assert post_form(client_for(people.editor), page, theirs="9", body="x", base="1").status_code == 422
    assert client_for(people.editor).post(page, data={"body": "x"}).status_code == 400


# Conflicts


def conflict(client: FlaskClient, paper: Paper, mine: str, *, base: int = 1) -> TestResponse:
    answer = send(client, paper, mine, base=base, summary="meine Sicht")
    assert answer.status_code == 409
    return answer


def resolve(client: FlaskClient, paper: Paper, asked: TestResponse, **choices: str) -> TestResponse:
    page = asked.get_data(as_text=True)
    fields = {name: field_of(page, name) for name in ("base", "theirs", "body", "summary", "kept_for")}
    choices = {name.replace("_", "-"): value for name, value in choices.items()}
    return client.post(f"/papers/{paper.key}/edit", data={"csrf_token": csrf_of(asked), **fields, **choices})


def test_a_conflict_shows_all_three_and_loses_nothing(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    page = conflict(client_for(people.editor), paper, SECHS).get_data(as_text=True)
    assert "Eine Stelle haben zwei geändert" in page
    assert (
        page.index("Ausgangstext")
        < page.index("Inzwischen gespeichert von Clara Leitung")
        < page.index("Ihr Text</h3>")
    )
    for weeks in ("acht", "zehn", "sechs"):
        assert f"binnen {weeks} Wochen" in page
    assert field_of(page, "body") == SECHS
    assert field_of(page, "summary") == "meine Sicht"
    assert head(paper) == (2, ZEHN)


@pytest.mark.parametrize(
    ("choice", "weeks"),
    [("theirs", "binnen zehn Wochen"), ("mine", "binnen sechs Wochen"), ("own", "binnen neun Wochen")],
)
def test_a_conflict_is_decided_passage_by_passage(
    client_for: ClientFor, people: People, choice: str, weeks: str
) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    client = client_for(people.editor)
    asked = conflict(client, paper, SECHS.replace("keine Satzung", "keine Leitlinie"))
    own = field_of(asked.get_data(as_text=True), "own-0").replace("sechs", "neun")
    answer = resolve(client, paper, asked, choice_0=choice, own_0=own)
    assert answer.status_code == 303
    number, text = head(paper)
    assert number == 3
    assert weeks in text
    assert "keine Leitlinie" in text
    assert newest(paper).summary == "meine Sicht"
    assert newest(paper).base_number == 2


def test_a_passage_left_undecided_is_asked_again_with_all_answers_kept(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN.replace("keine Satzung", "keine Vorschrift"))
    client = client_for(people.editor)
    asked = conflict(client, paper, SECHS.replace("keine Satzung", "keine Leitlinie"))
    assert "2 Stellen haben zwei geändert" in asked.get_data(as_text=True)
    answer = resolve(client, paper, asked, choice_0="own", own_0="Ganz eigene Worte.", own_1="Auch eigene.")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Bitte entscheiden Sie jede der Stellen." in page
    assert (field_of(page, "own-0"), field_of(page, "own-1")) == ("Ganz eigene Worte.", "Auch eigene.")
    assert re.search(r'name="choice-0" value="own" checked', page)
    assert head(paper)[0] == 2


def test_somebody_saves_again_while_one_decides(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    client = client_for(people.editor)
    asked = conflict(client, paper, SECHS)
    save(paper, people.lead, TEXT.replace("acht", "elf"))
    again = resolve(client, paper, asked, choice_0="mine")
    page = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "binnen elf Wochen" in page
    assert (field_of(page, "base"), field_of(page, "theirs"), field_of(page, "body")) == ("2", "3", SECHS)
    assert resolve(client, paper, again, choice_0="mine").status_code == 303
    assert head(paper) == (4, SECHS)


def test_somebody_saves_elsewhere_while_one_decides(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    client = client_for(people.editor)
    asked = conflict(client, paper, SECHS)
    save(paper, people.lead, ZEHN.replace("keine Satzung", "keine Leitlinie"))
    assert resolve(client, paper, asked, choice_0="mine").status_code == 303
    assert head(paper) == (4, SECHS.replace("keine Satzung", "keine Leitlinie"))


def test_hostile_words_do_not_get_out_of_the_conflict_page(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "</textarea><script>a()</script>"))
    page = conflict(client_for(people.editor), paper, TEXT.replace("acht", '"><img src=x>')).get_data(as_text=True)
    assert "<script>a()" not in page
    assert "<img" not in page


# One block


def test_a_block_is_edited_alone(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    page = client.get(block(paper)).get_data(as_text=True)
    assert field_of(page, "body") == TEXT[START:END]
    assert "Was wir vorschlagen" in page
    assert "Das Versprechen" not in page
    answer = post_form(client, block(paper), body="Nur dieser Absatz.\r\n\r\nUnd einer mehr.\r\n", base="1")
    assert answer.status_code == 303
    number, text = head(paper)
    assert number == 2
    assert text == TEXT[:START] + "Nur dieser Absatz.\n\nUnd einer mehr." + TEXT[END:]
    assert newest(paper).source == Source.BLOCK


def test_every_block_of_the_reading_page_opens(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    page = client.get(f"/papers/{paper.key}/revisions/1/blocks").get_data(as_text=True)
    listed = set(re.findall(rf'href="(/papers/{paper.key}/revisions/1/blocks/[^"]+)"', page))
    assert len(listed) == 7
    for address in listed:
        found = re.search(rf'href="(/papers/{paper.key}/blocks/[^"]+)"', client.get(address).get_data(as_text=True))
        assert found
        assert client.get(found[1]).status_code == 200


def test_a_block_that_moved_down_is_still_found(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, "## Vorwort\n\nGanz neu.\n\n" + TEXT)
    answer = post_form(client_for(people.editor), block(paper), body=TEXT[START:END].replace("acht", "zehn"), base="1")
    assert answer.status_code == 303
    assert head(paper) == (3, "## Vorwort\n\nGanz neu.\n\n" + ZEHN)


def test_a_block_that_others_changed_is_asked(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, ZEHN)
    client = client_for(people.editor)
    asked = post_form(client, block(paper), body=TEXT[START:END].replace("acht", "sechs"), base="1")
    assert asked.status_code == 409
    assert field_of(asked.get_data(as_text=True), "body") == SECHS
    assert resolve(client, paper, asked, choice_0="mine").status_code == 303
    assert head(paper) == (3, SECHS)


def test_a_block_can_be_taken_out(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    assert post_form(client_for(people.editor), block(paper), body="", base="1").status_code == 303
    assert "Jede Kommune" not in head(paper)[1]


@pytest.mark.parametrize(("start", "end"), [(START, END - 1), (0, len(TEXT)), (5, 5), (END, START), (10**15, 10**16)])
def test_spans_that_are_no_block_are_not_found(client_for: ClientFor, people: People, start: int, end: int) -> None:
    paper = make_paper(people)
    assert client_for(people.editor).get(block(paper, start, end)).status_code == 404


@pytest.mark.parametrize("base", [2, 10**8, 10**18])
def test_blocks_of_unknown_revisions_are_not_found(client_for: ClientFor, people: People, base: int) -> None:
    paper = make_paper(people)
    answer = client_for(people.editor).get(block(paper, base=base))
    assert answer.status_code == (404 if base < 10**9 else 200)  # what is no number at all means the newest


def test_a_wrong_block_form_keeps_the_words(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    answer = post_form(client_for(people.editor), block(paper), body="Mein Absatz.", base="1", summary="x" * 201)
    assert answer.status_code == 422
    assert field_of(answer.get_data(as_text=True), "body").strip() == "Mein Absatz."
    large = post_form(client_for(people.editor), block(paper), body="x" * 1_000_001, base="1")
    assert large.status_code == 413
    assert "Der Text ist zu groß" in large.get_data(as_text=True)
