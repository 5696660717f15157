"""A notebook as an HTML page: one that stands alone, or a page of a site."""

import math
import re

from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExtractOutputPreprocessor
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES

from certificate import PROJECT

PAGE = PROJECT / "environment/page"
WIDGET = "application/vnd.jupyter.widget-view+json"
CERTIFICATE = "tina"  # its key in a notebook's metadata


def style():
    """The style sheet of all pages, code colours of both themes included."""
    light, dark = get_style_by_name("default"), get_style_by_name("github-dark")
    colors = []
    for token, css_class in STANDARD_TYPES.items():
        colored = [theme.style_for_token(token)["color"] for theme in (light, dark)]
        if css_class and any(colored):
            by_day, by_night = (f"#{color}" if color else "var(--text)" for color in colored)
            colors.append(f".highlight .{css_class} {{ color: light-dark({by_day}, {by_night}); }}")
    return (PAGE / "page.css").read_text() + "\n".join(colors) + "\n"


def script():
    return (PAGE / "page.js").read_text()


def mathematics():
    return (PAGE / "temml.min.js").read_text()


def exporter():
    made = HTMLExporter(template_name="page", extra_template_basedirs=[str(PAGE.parent)])
    # a chart that JupyterLab draws brings its picture along, and that is what a page shows
    made.display_data_priority = [
        WIDGET, "image/png", "image/svg+xml", "text/html", "text/markdown", "image/jpeg", "text/latex", "text/plain"
    ]
    made.register_filter("logarithm", math.log)
    return made


def page(notebook, title, site=None, figures=None):
    """The page's HTML, and its figures as name → bytes if they are to be files of their own.

    site: what the template is to know of the other pages; None for a page that holds all it needs
    figures: the folder that figures go to, relative to the page; None to keep them in the page
    """
    made = exporter()
    resources = {
        "title": title,
        "mathematical": any("$" in cell.source for cell in notebook.cells if cell.cell_type == "markdown"),
        "certificate": notebook.metadata.get(CERTIFICATE),
        "java": notebook.metadata.get("language_info", {}).get("version"),
        "site": site,
    }
    if site is None:
        resources |= {"style": style(), "script": script(), "temml": mathematics()}
    if figures is not None:
        resources["output_files_dir"] = figures
        name = "figure-{cell_index}-{index}{extension}"
        made.register_preprocessor(ExtractOutputPreprocessor(output_filename_template=name), enabled=True)
    html, resources = made.from_notebook_node(notebook, resources)
    return html.replace("<!-- contents -->", contents(html)), resources.get("outputs") or {}


def contents(html):
    """Links to the page's sections."""
    sections = re.findall(r'<h2 id="([^"]*)">(.*?)<a class="anchor-link"', html, re.DOTALL)
    return "".join(f'<li><a href="#{anchor}">{title}</a></li>\n' for anchor, title in sections)
