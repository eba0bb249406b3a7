"""Payloads through every place where text comes in (checks 23 and X-06).

A sample in the suite; all of them, which takes half an hour, with

    TRACKS_XSS=all pytest tests/xss
"""
