"""Pages about people's data: one's own, the municipality's, and those that are open to all."""

from flask import Blueprint

from tracks.privacy.views import everything, municipality, my_data, open_pages, requests

pages = Blueprint("privacy", __name__)
for part in (my_data, municipality, requests, everything, open_pages):
    part.add_to(pages)
