"""Dynamic templates as SendGrid documents them: the engine previews what the sandbox's inbox shows.

It knows neither of the two, and neither of them knows the other.
"""
