"""How Sphinx makes pages of the lessons.  `make site` calls it on a copy (tools/site/pages.py)."""

import os

project = "cnnlib"
author = "the cnnlib authors"
extensions = ["myst_nb"]
exclude_patterns = ["README.md"]

nb_execution_mode = "off"  # what is shown is what is stored
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
nb_ipywidgets_js = {}  # stored explorers are pictures; nothing is asked of another host
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_inline"]
myst_heading_anchors = 4
myst_heading_slug_func = "tools.site.pages.slug"
mathjax_path = "mathjax/tex-chtml.js"
suppress_warnings = ["myst.header"]  # a README may begin below its heading

html_theme = "sphinx_book_theme"
html_title = "Convolutional networks in NumPy"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_favicon = "static/favicon.svg"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's machine
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if repository := os.environ.get("SITE_REPOSITORY"):  # "owner/name" on GitHub
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "use_repository_button": True,
        "use_issues_button": True,
    }
