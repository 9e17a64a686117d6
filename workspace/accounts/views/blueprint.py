"""The blueprint of people's pages, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from workspace.accounts import sessions
from workspace.accounts.models import LoginSession, Member
from workspace.accounts.signing_in import is_confirmed
from workspace.errors import Conflict
from workspace.web.forms import clean_line
from workspace.web.messages import add_messages

bp = Blueprint("accounts", __name__)
View = TypeVar("View", bound=Callable[..., Any])

add_messages(
    {
        "email_wrong": _l("Das sieht nicht wie eine E-Mail-Adresse aus, zum Beispiel name@stadt.example."),
        "email_same": _l("Das ist Ihre bisherige Adresse."),
        "asked_too_often": _l("Von hier wurden zu viele Links angefordert. Bitte warten Sie eine Stunde."),
        "email_taken": _l("Mit dieser Adresse gibt es schon ein Konto."),
        "not_printable": _l("Hier stehen Zeichen, die sich nicht darstellen lassen."),
        "name_reserved": _l("So heißen hier alle, die das Netzwerk verlassen haben. Bitte geben Sie Ihren Namen an."),
        "last_coordination": _l("Ein Netzwerk braucht mindestens eine Person mit der Rolle Koordination."),
        "own_account": _l("Das eigene Konto kann nur jemand anderes schließen."),
        "not_own_account": _l("Das geht nur beim eigenen Konto."),
        "not_empty": _l("Es gibt schon Mitglieder."),
        "has_left": _l("Diese Person hat das Netzwerk verlassen. Nehmen Sie sie bitte neu auf."),
        "password_wrong": _l("Das bisherige Passwort stimmt nicht."),
        "password_none": _l("Sie haben noch kein Passwort."),
        "password_short": _l("Bitte wählen Sie mindestens %(limit)s Zeichen. Ein kurzer Satz ist gut."),
        "password_long": _l("Bitte wählen Sie höchstens %(limit)s Zeichen."),
        "password_common": _l("Dieses Passwort ist zu leicht zu erraten. Ein kurzer Satz ist gut."),
        "link_used": _l("Dieser Link ist abgelaufen oder schon benutzt. Bitte fordern Sie einen neuen an."),
        "sign_in_wrong": _l("E-Mail-Adresse oder Passwort stimmen nicht."),
        "sign_in_slow": _l(
            "Zu viele Versuche. Bitte warten Sie eine Viertelstunde, oder nutzen Sie einen Anmeldelink."
        ),
        "code_wrong": _l("Dieser Code stimmt nicht oder wurde schon benutzt. Nehmen Sie den, den die App jetzt zeigt."),
        "code_expired": _l("Die Anmeldung hat zu lange gedauert. Bitte beginnen Sie von vorn."),
        "code_recovery_only": _l(
            "Es gab zu viele falsche Codes. Bis morgen hilft nur einer Ihrer Wiederherstellungscodes."
        ),
        "second_factor_there": _l("Der zweite Faktor ist schon eingerichtet."),
        "second_factor_none": _l("Es ist kein zweiter Faktor eingerichtet."),
        "person.admit": _l("Mitglieder verwaltet die Koordination."),
        "network_role.give": _l("Rollen im Netzwerk vergibt die Koordination, und niemand sich selbst."),
        "second_factor.reset": _l("Den zweiten Faktor setzt die Koordination zurück, und niemand sich selbst."),
    }
)


def device() -> str:
    """What the browser of this request calls itself."""
    return clean_line(request.headers.get("User-Agent"))[:200]


def network_address() -> str:
    return request.remote_addr or ""


def me() -> Member:
    """The signed-in member."""
    member = sessions.current_member()
    if member is None:
        raise Conflict("not_own_account")
    return member


def my_session() -> LoginSession:
    """The session of this request."""
    opened = sessions.current_session()
    if opened is None:
        raise Conflict("not_own_account")
    return opened


def confirmed(page: str) -> Callable[[View], View]:
    """A view for people who proved lately who they are; others do so first and are then led to `page`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **given: Any) -> Any:
            if is_confirmed(my_session()):
                return view(*args, **given)
            return redirect(url_for("accounts.confirmation", next=url_for(page)), 303)

        return asked  # type: ignore[return-value]

    return wrap
