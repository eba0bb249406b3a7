"""A library's versions as a git repository of ours: files in, signed commits and tags, texts out.

Nothing is ever checked out of it.
"""
