"""The real server: `workspace serve` in a process of its own."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sample_database import copied_sample, environment, run_workspace

START_SECONDS = 30
pytestmark = pytest.mark.xdist_group("sample")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Server:
    """A running server and the folder of its database; asks like a browser that keeps one cookie."""

    instance: Path
    port: int
    cookie: str = ""

    def ask(
        self, method: str, path: str, *, host: str = "127.0.0.1", body: bytes | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Host": f"{host}:{self.port}", **({"Cookie": self.cookie} if self.cookie else {})}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=given)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode("utf-8", "replace"))
        connection.close()
        self.cookie = response.headers.get("Set-Cookie", self.cookie).partition(";")[0]
        return answer

    def as_(self, role: str) -> Server:
        """Another browser, in which this role's link was followed."""
        said = run_workspace("sample", "links", "--port", str(self.port), instance=self.instance).stdout
        link = re.search(rf"^  {role} .*(/sign-in/[\w-]+)$", said, re.MULTILINE)
        assert link is not None, said
        browser = Server(self.instance, self.port)
        page = browser.ask("GET", link[1])
        assert browser.ask("POST", link[1], body=form_of(page.text), **FORM).status == 303
        return browser


def form_of(page: str, **fields: str) -> bytes:
    """The body of a page's form."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    return urlencode({"csrf_token": token[1], **fields}).encode()


FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@contextmanager
def serving(instance: Path, *words: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a server on a free port and stop it in the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from workspace.cli import main; main()", "serve", "--port", str(port), *words],
        env=environment(instance, **more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield process, port
    finally:
        process.terminate()
        process.communicate(timeout=15)


def wait_until_it_answers(process: subprocess.Popen[Any], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample network, served."""
    instance = copied_sample(tmp_path_factory.mktemp("served") / "instance")
    with serving(instance) as (process, port):
        wait_until_it_answers(process, port)
        yield Server(instance, port)


def test_a_page_is_served_with_its_headers(server: Server) -> None:
    page = server.ask("GET", "/")
    assert page.status == 200
    assert "Netzwerk Beteiligung in Kommunen" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Server" not in page.headers
    assert "Set-Cookie" not in page.headers


def test_a_static_file_is_kept_for_good(server: Server) -> None:
    address = re.search(r'rel="stylesheet" href="([^"]+)"', server.ask("GET", "/").text)
    assert address is not None
    file = server.ask("GET", address[1])
    assert file.status == 200
    assert "max-age=31536000" in file.headers["Cache-Control"]
    assert file.headers["Content-Type"].startswith("text/css")
    again = server.ask("GET", address[1], If_None_Match=file.headers["ETag"])
    assert (again.status, again.text) == (304, "")


def test_one_signs_in_and_reads(server: Server) -> None:
    page = server.as_("editor").ask("GET", "/account")
    assert page.status == 200
    assert "Jana Reuter" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_another_name_of_this_machine_leads_home_so_that_signing_in_works(server: Server) -> None:
    sent = server.ask("GET", "/sign-in?next=/groups", host="localhost")
    assert (sent.status, sent.headers["Location"]) == (307, f"http://127.0.0.1:{server.port}/sign-in?next=/groups")
    assert server.ask("GET", "/", host="evil.example").status == 200


def test_two_megabytes_arrive_whole(server: Server) -> None:
    lead = server.as_("lead")
    long = "Wort " * 400_000
    body = form_of(lead.ask("GET", "/account").text, new="x", purpose=long)
    started = time.monotonic()
    answer = lead.ask("POST", "/account/password", body=body, **FORM)
    assert answer.status == 422, "the password is too short, and that is all"
    assert time.monotonic() - started < 10
    refused = Server(server.instance, server.port).ask("POST", "/account/password", body=body, **FORM)
    assert refused.status == 400
    assert long.strip() in refused.text, "without its token it is refused and shown again, whole"


def test_too_large_a_body_is_refused(server: Server) -> None:
    answer = server.ask("POST", "/sign-in", body=b"x=" + b"y" * 8_500_000, **FORM)
    assert answer.status == 413


def test_many_at_once_are_all_answered(server: Server) -> None:
    reader = server.as_("reader")
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _number: reader.ask("GET", "/").status, range(80)))
    assert answers == [200] * 80


@pytest.mark.parametrize(
    "request_line", ["GET /\x00 HTTP/1.1", "GET //evil.example/x HTTP/1.1", "GET /%ff%00 HTTP/1.1"]
)
def test_broken_requests_do_not_break_the_server(server: Server, request_line: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(f"{request_line}\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
        first = raw.recv(100).split(b" ")
    assert first[1] in {b"400", b"404"}
    assert server.ask("GET", "/").status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - it must be refused
def test_the_sample_is_served_on_this_machine_only(server: Server, host: str) -> None:
    done = run_workspace("serve", "--host", host, "--port", str(free_port()), instance=server.instance)
    assert done.returncode == 1
    assert "This is the sample network: it is served on this machine only (127.0.0.1)." in done.stderr


def test_a_port_in_use_is_named_in_a_sentence(server: Server) -> None:
    done = run_workspace("serve", "--port", str(server.port), instance=server.instance)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Port {server.port} is in use")
    assert "Traceback" not in done.stderr


def test_what_was_acknowledged_survives_being_killed(tmp_path: Path) -> None:
    instance = copied_sample(tmp_path / "instance")
    with serving(instance) as (process, port):
        wait_until_it_answers(process, port)
        editor = Server(instance, port).as_("editor")
        body = form_of(editor.ask("GET", "/account").text, language="en")
        assert editor.ask("POST", "/account/language", body=body, **FORM).status == 303
        process.kill()
    with serving(instance) as (process, port):
        wait_until_it_answers(process, port)
        again = Server(instance, port, editor.cookie)
        assert '<html lang="en">' in again.ask("GET", "/account").text
