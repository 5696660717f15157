"""Checks a built site: links, anchors, headings, pictures' texts, size, and that nothing is asked of another host.

usage: check_site.py DIRECTORY [--browser PICTURES]

With --browser every page is opened from its file in Chromium, in light and dark and without a network, and what the
browser complains of counts too; a picture of each goes to the folder PICTURES. "environment/tina setup --browser"
installs what that needs.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGEST = 10_000_000  # bytes of the whole site
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src",
          "object": "data", "link": "href", "use": "href", "image": "href"}


class Page(HTMLParser):
    """What a page links to, loads and is made of; its own faults."""

    def __init__(self, file):
        super().__init__()
        self.file = file
        self.ids, self.links, self.loads, self.faults = [], [], [], []
        self.level = 0  # of the heading above
        self.inside = None  # script or style
        self.title = False
        self.feed(file.read_text(encoding="utf-8"))
        self.finish()

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        line = self.getpos()[0]
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append((line, attributes["href"]))
        if tag in LOADED and LOADED[tag] in attributes:
            self.loads.append((line, attributes[LOADED[tag]]))
        self.loads += [(line, url) for url in css_urls(attributes.get("style", ""))]
        if tag == "img" and not attributes.get("alt", "").strip():
            self.fault(line, f"a picture without alternative text: {attributes.get('src', '')[:60]}")
        if tag == "img" and not {"width", "height"} <= attributes.keys():
            self.fault(line, f"a picture without width and height: {attributes.get('src', '')[:60]}")
        if tag == "html" and not attributes.get("lang"):
            self.fault(line, "the page has no language")
        if re.fullmatch("h[1-6]", tag):
            level = int(tag[1])
            if level > self.level + 1:
                self.fault(line, f"{tag} follows " + (f"h{self.level}" if self.level else "nothing"))
            if level == 1 and self.level:
                self.fault(line, "a second h1")
            self.level = level
        self.title |= tag == "title"
        self.inside = tag if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "style":
            self.loads += [(self.getpos()[0], url) for url in css_urls(data)]

    def finish(self):
        if not self.level:
            self.fault(1, "no heading")
        if not self.title:
            self.fault(1, "no title")
        for double in sorted({name for name in self.ids if self.ids.count(name) > 1}):
            self.fault(1, f"the id {double} occurs twice")

    def fault(self, line, words):
        self.faults.append(f"{self.file}:{line}: {words}")


def css_urls(css):
    return [url for pair in re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", css) for url in pair if url]


def size(directory):
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def faults(directory):
    """What is wrong with the site, a line each."""
    pages = {file.resolve(): Page(file) for file in sorted(directory.rglob("*.html"))}
    if not pages:
        return [f"{directory}: no page"]
    found = [fault for page in pages.values() for fault in page.faults]
    for page in pages.values():
        for line, url in page.loads:
            if url.startswith("data:"):
                continue
            if urlsplit(url).scheme or url.startswith("//"):
                found.append(f"{page.file}:{line}: loads {url[:80]}")
            elif not target(page, url).is_file():
                found.append(f"{page.file}:{line}: loads {url}, which is not there")
        for line, url in page.links:
            if urlsplit(url).scheme in ("http", "https", "mailto"):
                continue
            file, anchor = target(page, url), unquote(urlsplit(url).fragment)
            if not file.is_file():
                found.append(f"{page.file}:{line}: links to {url}, which is not there")
            elif anchor and file in pages and anchor not in pages[file].ids:
                found.append(f"{page.file}:{line}: links to {url}, which has no such place")
    for sheet in directory.rglob("*.css"):
        urls = [url for url in css_urls(sheet.read_text(encoding="utf-8")) if not url.startswith("data:")]
        found += [f"{sheet}: loads {url}" for url in urls]
    if size(directory) > LARGEST:
        found.append(f"{directory}: {size(directory) / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f} MB")
    return found


def target(page, url):
    path = unquote(urlsplit(url).path)
    return (page.file.parent / path).resolve() if path else page.file.resolve()


def main(directory, pictures=None):
    found = faults(directory)
    pages = sorted(directory.rglob("*.html"))
    if pictures:
        sys.path.insert(0, str(Path(__file__).parent / "browser"))
        import chromium  # only here, since a site can be checked without a browser

        pictures.mkdir(parents=True, exist_ok=True)
        found += chromium.complaints(pages, pictures)
    print("\n".join(found))
    print(f"{len(pages)} pages, {size(directory) / 1e6:.1f} MB, {len(found)} faults")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4) or sys.argv[2:3] not in ([], ["--browser"]):
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:2] + sys.argv[3:]))
