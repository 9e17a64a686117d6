"""What a reader waits for: a 60 KB paper with 60 comments in Chromium, from a server on this machine."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import uvicorn
from a2wsgi import WSGIMiddleware
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.world import made_world
from tests.browser.weight import Sent, first_visit
from tests.discussion.dense import dense_paper
from workspace.accounts.models import Member
from workspace.accounts.signing_in import open_session
from workspace.db import session

COMMENTS = 60
ROUNDS = 7
SIZES = {"1440 × 900": (1440, 900), "390 × 844": (390, 844)}
WATCH = """
window.seen = { shift: 0, longest: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
}).observe({ type: "longtask", buffered: true });
"""
"""Sum of layout shifts without the reader's doing, and the longest task, as the browser reports both."""
PAINTED = """async () => {
  const found = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!found()) await new Promise((done) => setTimeout(done, 20));
  return found().startTime;
}"""
SCROLL = """async () => {
  seen.longest = 0;
  for (let y = 0; y < document.body.scrollHeight; y += 400) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  await new Promise((done) => setTimeout(done, 300));
  return seen.longest;
}"""


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """The app behind the server that `workspace serve` uses, in a thread."""
    bridge = WSGIMiddleware(app.wsgi_app, workers=4)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(bridge, port=port, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(timeout=10)


def signed_in(browser: Browser, app: Flask, member: Member, base: str, size: tuple[int, int]) -> Page:
    """A page of a fresh browser, so that nothing is kept from an earlier visit."""
    token = open_session(member, device="benchmark", earlier=None)
    session().commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    context = browser.new_context(base_url=base, viewport={"width": size[0], "height": size[1]}, locale="de-DE")
    value = signer.dumps({"_user_id": token, "_fresh": True})
    context.add_cookies([{"name": "session", "value": value, "url": base}])
    context.add_init_script(WATCH)
    return context.new_page()


def visit(page: Page, address: str) -> tuple[list[Sent], dict[str, float]]:
    """One first visit: what was sent, and times in milliseconds beside the layout shift."""
    sent = first_visit(page, address)
    paint = page.evaluate(PAINTED)
    answered = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    loading = page.evaluate("seen.longest")
    scrolling = page.evaluate(SCROLL)
    shift = page.evaluate("seen.shift")
    found = {"answer": answered, "first paint": paint, "loading": loading, "scrolling": scrolling, "shift": shift}
    page.context.close()
    return sent, found


def main() -> None:
    """Print both tables."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    print(f"\n## Browser: 60 KB paper with {COMMENTS} comments, first visits, {ROUNDS} rounds")
    with made_world(base) as world, serving(world.app, port), sync_playwright() as playwright:
        paper = dense_paper(world.people, COMMENTS)
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        address = f"/papers/{paper.key}"
        visit(signed_in(browser, world.app, world.people.lead, base, (800, 600)), address)
        print("\n| Window | answer ms | first paint ms (target 300) | longest task while loading ms |", end="")
        print(" while scrolling ms (bound 100) | layout shift (bound 0.02) |\n|---|---|---|---|---|---|")
        sent: list[Sent] = []
        for name, size in SIZES.items():
            rounds = []
            for _ in range(ROUNDS):
                page = signed_in(browser, world.app, world.people.lead, base, size)
                sent, found = visit(page, address)
                rounds.append(found)
            middle = {what: median(each[what] for each in rounds) for what in rounds[0]}
            worst = max(each["scrolling"] for each in rounds)
            shift = max(each["shift"] for each in rounds)
            print(
                f"| {name} | {middle['answer']:.0f} | {middle['first paint']:.0f} | {middle['loading']:.0f} |", end=""
            )
            print(f" {middle['scrolling']:.0f}, worst {worst:.0f} | {shift:.4f} |")
        browser.close()
    sizes = Counter({one.kind: 0 for one in sent})
    for one in sent:
        sizes[one.kind] += one.size
    kinds = ", ".join(f"{kind.lower()} {size:,}" for kind, size in sorted(sizes.items()))
    print(f"\n{len(sent)} requests, {sizes.total():,} bytes without headers: {kinds}.")


if __name__ == "__main__":
    main()
