"""Open edX's own LTI consumer as the platform: `lti-consumer-xblock`, unchanged.

`edxapp/` stands in for the few parts of edx-platform that the consumer imports. It runs in a
process and a virtual environment of its own, which `make test` makes in .cache/openedx.
"""
