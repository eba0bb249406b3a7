"""How `make docs` builds the manuals; every warning is an error there."""

project = "Learning Tracks"
author = "The Learning Tracks authors"
project_copyright = author

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
# Headings down to this level can be linked to, as on a code forge: [text](file.md#heading).
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]

html_theme = "alabaster"
html_title = project
html_show_sourcelink = False
