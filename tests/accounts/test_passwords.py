"""Which passwords are refused, and how they are kept."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.people import People, actor_of
from workspace.accounts import passwords, signing_in
from workspace.accounts.models import Member
from workspace.config import Settings, using

OWN = ("Clara Leitung", "clara@stadt.example", "Bad Musterstadt", "Netzwerk Beteiligung")


@pytest.mark.parametrize(
    "password",
    [
        "Passwort1234", "P4ssw0rt!2026", "passwortpasswort", "hallohallo123", "willkommen2026", "beteiligung123",
        "qwertzuiop123", "123456789012", "abcdefghijkl", "aaaaaaaaaaaa", "ababababababab", "Sommer2026Sommer",
        "ClaraLeitung", "clara.leitung.1", "leitungclara2026!", "Bad-Musterstadt-1", "badmusterstadt",
        "MusterstadtClara", "NetzwerkBeteiligung!", "clara@stadt.example", "Cl4r4L31tung!", "schatzischatz11",
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    assert passwords.is_easy(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        "Ein kurzer Satz ist gut.", "korrekt pferd batterie heftklammer", "Sommer-Fahrrad-Tasse", "xK7#mQ2$vB9&",
        "Clara trinkt morgens zu viel Tee", "Grüße aus 🏙 der Stadt", "drei Wörter genügen", "4711 rote Ballons!",
    ],
)  # fmt: skip
def test_what_is_hard_to_guess_is_taken_whatever_its_signs(password: str) -> None:
    assert not passwords.is_easy(password, OWN)


def test_the_list_holds_more_than_3000_words_and_long_passwords() -> None:
    common = passwords._common()
    assert len(common) > 3000
    assert len([word for word in common if len(word) >= 12]) > 150


def test_the_networks_own_name_makes_no_password(db: Session, people: People) -> None:
    def set_password(*words: str) -> None:
        signing_in.set_password(actor_of(people.lead), people.lead, "Quellwolke-2026", words=words)

    with pytest.raises(Exception, match="invalid"):
        set_password("Netzwerk Quellwolke")
    set_password("Netzwerk Anderswo")


def test_a_password_is_hashed_anew_when_the_costs_have_changed(db: Session, people: People, settings: Settings) -> None:
    clara = people.lead
    signing_in.set_password(actor_of(clara), clara, "Ein kurzer Satz ist gut.")
    db.commit()
    before = clara.password_hash

    def sign_in(password: str) -> None:
        signing_in.sign_in_by_password(clara.email, password, network_address="10.0.0.1", device="", earlier=None)
        db.commit()

    sign_in("Ein kurzer Satz ist gut.")
    assert db.get(Member, clara.id).password_hash == before, "the same costs"  # type: ignore[union-attr]
    with using(settings.model_copy(update={"argon2_rounds": 2})):
        sign_in("Ein kurzer Satz ist gut.")
        after = db.get(Member, clara.id).password_hash  # type: ignore[union-attr]
        assert after is not None
        assert "t=2" in after
        assert "$argon2id$" in after
        sign_in("Ein kurzer Satz ist gut.")
