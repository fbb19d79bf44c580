"""The views of the Django REST framework stack; this module is its URLconf."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView


class Line(serializers.Serializer):
    """A line of an order."""

    sku = serializers.CharField()
    count = serializers.IntegerField()
    price = serializers.IntegerField()


class Order(serializers.Serializer):
    """An order."""

    customer = serializers.CharField()
    note = serializers.CharField()
    express = serializers.BooleanField()
    lines = Line(many=True)
    pay = serializers.ChoiceField(["invoice", "card"])


class One(APIView):
    """GET of an order."""

    def get(self, request: Request, order_id: int) -> Response:
        """Answer with it."""
        return Response({"id": order_id, "state": "paid"})


class Once(APIView):
    """A GET that is allowed once a day."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "once"

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({"state": "paid"})


class Posted(APIView):
    """POST of an order."""

    def post(self, request: Request) -> Response:
        """Read it."""
        order = Order(data=request.data)
        order.is_valid(raise_exception=True)
        return Response({"received": order.validated_data is not None})


urlpatterns = [
    path("api/orders/<int:order_id>", One.as_view()),
    path("api/once", Once.as_view()),
    path("api/model", Posted.as_view()),
]
