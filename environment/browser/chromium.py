"""Chromium without a window, and what it complains of when it opens pages from their files."""

import os
import re
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1400, 1000


@contextmanager
def chromium():
    """The system's Chromium."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--disable-gpu", *rights])
        yield browser
        browser.close()


def complaints(files, pictures):
    """Opens each file in light and dark, without a network; says what went wrong, a line each.

    pictures: a folder that gets a picture of each page
    """
    found = []
    with chromium() as browser:
        for theme in ("light", "dark"):
            context = browser.new_context(
                color_scheme=theme, offline=True, viewport={"width": WIDTH, "height": HEIGHT}
            )
            for file in files:
                found += look(context.new_page(), file, theme, pictures)
            context.close()
    return found


def look(page, file, theme, pictures):
    found = []
    page.on("console", lambda message: message.type in ("error", "warning") and found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("requestfailed", lambda request: found.append(f"failed: {request.url[:100]}"))
    page.on("request", lambda request: re.match("file:|data:", request.url) or found.append(f"asks {request.url[:100]}"))
    page.goto(file.resolve().as_uri())
    found += page.locator(".temml-error").all_text_contents()
    unseen = page.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src.slice(0, 100))")
    found += [f"no picture: {source}" for source in unseen]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("the page is wider than the window")
    page.screenshot(path=pictures / f"{file.stem}-{theme}.png")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.click("#theme")
    if page.evaluate(ground) == before:
        found.append("the button for light and dark changes nothing")
    page.evaluate("localStorage.clear()")
    page.close()
    return [f"{file} ({theme}): {complaint}" for complaint in found]
