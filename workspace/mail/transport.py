"""The conversation with the mail server, in steps that can be told apart when something breaks."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from workspace.config import Settings, settings
from workspace.mail.message import stuffed

GIVEN_UP = 500
"""Answers from here on are for good (RFC 5321, 4.2.1)."""


class ServerFails(Exception):  # noqa: N818 - an answer about the server, not about a mail
    """The server cannot be used at all: not there, wrong password, full. No mail is to blame."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.text, self.code = text, code


class MailRefused(Exception):  # noqa: N818
    """The server does not take this mail; `for_good`, or perhaps later."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text

    @property
    def for_good(self) -> bool:
        return self.code >= GIVEN_UP


def words(answer: bytes | str) -> str:
    """A server's answer as one short line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:300]


def trust(given: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if given.smtp_ca_file is not None:
        context.load_verify_locations(given.smtp_ca_file)
    return context


@contextmanager
def connected() -> Iterator[smtplib.SMTP]:
    """A connection that is ready for mails.

    Raises: ServerFails.
    """
    given = settings()
    server: smtplib.SMTP | None = None
    try:
        server = _open(given)
        if given.smtp_user:
            server.login(given.smtp_user, given.smtp_password.get_secret_value())
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _hang_up(server)
        raise _server_fails(error) from error
    try:
        yield server
    except BaseException:
        server.close()  # without a farewell: what stands between DATA and the dot must not be taken for a mail
        raise
    _hang_up(server)


def _open(given: Settings) -> smtplib.SMTP:
    if given.smtp_security == "tls":
        return smtplib.SMTP_SSL(given.smtp_host, given.smtp_port, timeout=given.smtp_timeout, context=trust(given))
    server = smtplib.SMTP(given.smtp_host, given.smtp_port, timeout=given.smtp_timeout)
    try:
        if given.smtp_security == "starttls":
            server.starttls(context=trust(given))
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _server_fails(error: Exception) -> ServerFails:
    if isinstance(error, smtplib.SMTPResponseException):
        return ServerFails(words(error.smtp_error), error.smtp_code)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ServerFails(f"certificate: {error.verify_message}")
    return ServerFails(f"{type(error).__name__}: {words(str(error))}")


def _hang_up(server: smtplib.SMTP | None) -> None:
    if server is None:
        return
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def hand_over(
    server: smtplib.SMTP, sender: str, recipient: str, message: bytes, *, before_the_dot: Callable[[], None]
) -> None:
    """Send one message to one recipient. When this returns the server has it.

    The message goes first, without the dot that ends it: a server that loses the connection there has nothing. Then
    `before_the_dot` is called, which notes that from now on the server may have it; its exceptions end the connection.

    Raises: MailRefused for this mail; ServerFails for the connection, where an answer to the dot may be missing.
    """
    try:
        for command in (("mail", f"FROM:<{sender}>"), ("rcpt", f"TO:<{recipient}>")):
            _demand(server.docmd(*command), 250, 251, of_server=command[0] == "mail")
        _demand(server.docmd("data"), 354)
        server.send(stuffed(message))
        before_the_dot()
        if server.sock is not None:
            server.sock.settimeout(settings().smtp_final_timeout)
        server.send(b".\r\n")
        _demand(server.getreply(), 250)
        if server.sock is not None:
            server.sock.settimeout(settings().smtp_timeout)
    except MailRefused:
        with suppress(OSError, smtplib.SMTPException):
            server.rset()
        raise
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        raise _server_fails(error) from error


def _demand(answer: tuple[int, bytes], *good: int, of_server: bool = False) -> None:
    code, text = answer
    if code in good:
        return
    if code == 421 or of_server:  # the server is closing, or does not take mails from our address at all
        raise ServerFails(words(text), code)
    raise MailRefused(code, words(text))
