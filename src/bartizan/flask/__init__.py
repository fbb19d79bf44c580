"""Bartizan for Flask: ``Bartizan(app)``, ``seal(app)``; in a view ``subject``, ``decision``."""

from bartizan.flask.current import decision, subject
from bartizan.flask.extension import Bartizan, seal

__all__ = ["Bartizan", "decision", "seal", "subject"]
