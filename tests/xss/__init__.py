"""Payloads through every place where text comes in (checks 23 and X-06).

A sample in the suite; all of them, in ten minutes, with

    TRACKS_XSS=all pytest tests/xss
"""
