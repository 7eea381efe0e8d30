"""SendGrid's dynamic templates, rendered as its documentation describes.

The engine's previews and the sandbox's inbox both use this package, so they show the same mail. It
imports neither of them, and they do not import each other.
"""
