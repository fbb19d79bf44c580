"""Bartizan for Flask: ``Bartizan(app)``, ``seal(app)``, and in a view ``subject`` and ``decision``."""

from bartizan.flask.current import decision, subject
from bartizan.flask.extension import Bartizan, seal

__all__ = ["Bartizan", "decision", "seal", "subject"]
