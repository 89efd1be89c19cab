"""The one error of this package."""


class AnalysisError(Exception):
    """Something a user can act on: one line that names the file, the problem and the remedy."""
