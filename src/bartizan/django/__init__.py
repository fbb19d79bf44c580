"""Bartizan for Django: ``Outside`` and ``Inside`` in ``MIDDLEWARE``, ``Bartizan(application)``.

``INSTALLED_APPS += ["bartizan.django"]``; ``bartizan.django.Outside`` is the first entry of
``MIDDLEWARE`` and ``bartizan.django.Inside`` the last; in a view there are ``request.subject``
and ``request.decision``.
"""

from bartizan.django.callables import Bartizan, gate_of
from bartizan.django.middleware import Inside, Outside

__all__ = ["Bartizan", "Inside", "Outside", "gate_of"]
