"""The permission of the Django REST framework stack: it is imported while the framework is."""

from typing import Any

from rest_framework.permissions import BasePermission


class HasScope(BasePermission):
    """The token carries the scope."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether it does."""
        return "orders:read" in request.auth["scope"].split()
