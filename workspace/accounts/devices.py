"""What a person recognises a device by, read from what its browser calls itself."""

from __future__ import annotations

import re

BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""Signs in the order in which they decide: most browsers name others too."""
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(device: str) -> str:
    """Browser and system; empty when neither is known.

    >>> device_name("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Windows'
    """
    browser = next((name for sign, name in BROWSERS if re.search(rf"\b{sign}/", device)), "")
    system = next((name for sign, name in SYSTEMS if sign in device), "")
    return ", ".join(part for part in (browser, system) if part)
