"""Pages of papers: files, how to show them in the text, adding one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import FileField
from wtforms.validators import StopValidation

from workspace.config import settings
from workspace.editions.queries import published_file_ids
from workspace.errors import Conflict, Invalid
from workspace.papers import queries
from workspace.papers.attachments import add_attachment, attachments_named, get_attachment, names_in
from workspace.papers.models import Attachment, Paper, SealKind
from workspace.papers.seals import sealed_ids
from workspace.papers.sending import send_attachment
from workspace.papers.store import text_of
from workspace.papers.views.blueprint import bp
from workspace.permissions import Permission, require
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.errors import status_of, wants_json
from workspace.web.forms import Form, LineField, MaxLength
from workspace.web.messages import add_messages, message

add_messages(
    {
        "attachment.add": _l("Dateien hinzufügen können Redaktion und Leitung, solange das Papier nicht ruht."),
        "file_missing": _l("Bitte wählen Sie eine Datei aus."),
        "file_too_large": _l("Die Datei ist zu groß. Möglich sind höchstens %(limit)s MB."),
        "file_type": _l(
            "Möglich sind Bilder (PNG, JPEG, WebP) und PDF-Dateien. Andere Dateien speichern Sie bitte zuerst als PDF."
        ),
        "file_content": _l(
            "Die Datei ist beschädigt, oder ihr Inhalt ist nicht das, was ihre Endung sagt. Bitte speichern Sie sie"
            " neu und versuchen Sie es noch einmal."
        ),
        "file_moves": _l("Bewegte Bilder sind nicht möglich. Bitte speichern Sie ein einzelnes Bild daraus."),
        "picture_too_large": _l(
            "Das Bild hat zu viele Bildpunkte. Möglich sind %(limit)s Millionen. Bitte verkleinern Sie es."
        ),
        "file_name": _l(
            "Dieser Name geht nicht. Er braucht Buchstaben oder Ziffern und eine Endung, zum Beispiel ablauf.png."
        ),
        "file_name_taken": _l(
            "Eine Datei mit dem Namen %(name)s gibt es in diesem Papier schon. Damit ältere Stände ihr Bild behalten,"
            " wird kein Name ein zweites Mal vergeben. Bitte tragen Sie einen anderen ein."
        ),
        "files_full": _l("Dieses Papier hat schon %(limit)s Dateien, mehr sind nicht möglich."),
    }
)


class Chosen:
    """A file must be chosen."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms

    def __call__(self, form: Any, field: Any) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise StopValidation(message("file_missing"))


class FileForm(Form):
    file = FileField(_l("Datei"), [Chosen()])
    name = LineField(_l("Name im Papier"), [MaxLength("attachment_name_max")])


@dataclass(frozen=True)
class Row:
    """A file in the list, with what shows it and what one writes to show it."""

    file: Attachment
    is_shown: bool
    is_published: bool
    is_sealed: bool

    @property
    def size(self) -> str:
        """340 KB, 1,2 MB"""
        kilobytes = max(1, round(self.file.size / 1000))
        if kilobytes < 1000:
            return f"{kilobytes} KB"
        return f"{format_decimal(round(self.file.size / 10**6, 1))} MB"

    @property
    def markdown(self) -> str:
        """Ready to be put into the text."""
        if self.file.is_picture:
            alt, caption = _("Was auf dem Bild zu sehen ist"), _("Bildunterschrift")
            return f'![{alt}]({self.file.name}){{caption="{caption}"}}'
        address = url_for("papers.file", key=self.file.paper.key, name=self.file.name)
        return f"[{self.file.name.rpartition('.')[0]}]({address})"


@bp.get("/papers/<key:key>/files")
def files(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    return _files_page(paper, FileForm(formdata=None))


def _files_page(paper: Paper, form: FileForm) -> str:
    shown = attachments_named(paper, names_in(paper, parse(text_of(paper, paper.head_number))))
    published = published_file_ids(paper)
    sealed = sealed_ids(SealKind.FILE, paper.id)
    rows = [
        Row(file, file in shown, file.id in published, file.id in sealed)
        for file in queries.attachments_of(paper, with_sealed=True)
    ]
    megabytes = settings().attachment_max_bytes // 10**6
    return render_template("papers/files.html", paper=paper, rows=rows, form=form, megabytes=megabytes)


@bp.post("/papers/<key:key>/files")
def upload(key: str) -> ResponseReturnValue:
    paper, form = queries.get_paper(actor(), key), FileForm()
    require(actor(), Permission.ATTACHMENT_ADD, paper)
    if not form.validate():
        return _files_page(paper, form), 422
    given: FileStorage = form.file.data
    try:
        file = add_attachment(actor(), paper, name=_wanted_name(form, given), data=given.stream.read())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        if isinstance(error, Invalid):
            form.take(error)
        else:
            form.form_errors.append(message(error.code, error.values))
        return _files_page(paper, form), status_of(error)
    if wants_json():
        return jsonify(name=file.name)
    flash(
        _(
            "%(name)s ist hinzugefügt. Unten steht, was Sie in den Text schreiben, um die Datei zu zeigen.",
            name=file.name,
        )
    )
    return redirect(url_for(".files", key=key, _anchor=f"f{file.id}"), 303)


def _wanted_name(form: FileForm, given: FileStorage) -> str:
    """The name that was wished, with the ending of the file where it has none; else the file's own."""
    own = given.filename or ""
    wish: str = form.name.data or ""
    ending = "." + own.rpartition(".")[2]
    if not wish:
        return own
    return wish if wish.lower().endswith(ending.lower()) else wish + ending


@bp.get("/papers/<key:key>/files/<path:name>")
def file(key: str, name: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    return send_attachment(get_attachment(paper.id, name))
