"""The API: small views that believe what reaches them.

``request.subject`` is whom the guard has verified, or nobody. That an order is its customer's
own is checked here, in `own`.
"""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.models import Order, Product

PAGE = 20
MEMBERS = 90
"""Per cent of the price that those pay who sign in."""


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the database answers."""
    Product.objects.exists()
    return JsonResponse({"status": "up"})


@require_safe
def catalogue(request: HttpRequest) -> JsonResponse:
    """What there is to buy."""
    named = Product.objects.filter(name__icontains=request.GET.get("q", ""))
    order = "price" if request.GET.get("sort") == "price" else "name"
    return JsonResponse([product.row() for product in named.order_by(order)], safe=False)


@require_safe
def price(request: HttpRequest, sku: str) -> JsonResponse:
    """The price for whoever asks."""
    product = get_object_or_404(Product, sku=sku)
    share = MEMBERS if request.subject else 100
    return JsonResponse({"sku": sku, "price": product.price * share // 100})


@method_decorator(csrf_exempt, name="dispatch")  # the credential is a header, not a cookie
class Orders(View):
    """``/orders``."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """The customer's own orders, newest first."""
        page = int(request.GET.get("page", 1))
        mine = Order.objects.filter(customer=request.subject.id).order_by("-id")
        found = mine.select_related("sku")[PAGE * (page - 1) : PAGE * page]
        return JsonResponse({"results": [order.row() for order in found], "page": page})

    def post(self, request: HttpRequest) -> JsonResponse:
        """Buy something. The body holds what ``NewOrder`` declares, and nothing else."""
        asked = json.loads(request.body)
        product = get_object_or_404(Product, sku=asked.pop("sku"))
        total = product.price * asked.get("count", 1) * MEMBERS // 100
        order = Order(**{"customer": request.subject.id, "sku": product, "price": total, **asked})
        order.save()
        return JsonResponse(order.row(), status=201)


@method_decorator(csrf_exempt, name="dispatch")
class OneOrder(View):
    """``/orders/{order_id}``."""

    def get(self, request: HttpRequest, order_id: int) -> JsonResponse:
        """An order of the customer's."""
        return JsonResponse(own(request, order_id).row())

    def patch(self, request: HttpRequest, order_id: int) -> JsonResponse:
        """Change what may be changed: the note, while the order is open."""
        order = own(request, order_id)
        if order.state != "open":
            return JsonResponse({}, status=409)
        for name, value in json.loads(request.body).items():
            setattr(order, name, value)
        order.save()
        return JsonResponse({"id": order.id, "note": order.note})

    def delete(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Cancel an open order."""
        order = own(request, order_id)
        if order.state != "open":
            return JsonResponse({}, status=409)
        order.state = "cancelled"
        order.save()
        return HttpResponse(status=204)


@csrf_exempt
@require_http_methods(["PUT"])
def photo(request: HttpRequest, order_id: int) -> JsonResponse:
    """A photo of what arrived broken."""
    order = own(request, order_id)
    order.photo = request.body
    order.save()
    return JsonResponse({"bytes": len(order.photo)})


@require_safe
def everybodys(request: HttpRequest) -> JsonResponse:
    """Every open order, oldest first."""
    waiting = Order.objects.filter(state="open").select_related("sku").order_by("id")
    return JsonResponse([order.row() for order in waiting], safe=False)


@csrf_exempt
@require_POST
def ship(request: HttpRequest, order_id: int) -> JsonResponse:
    """Ship an open order."""
    order = get_object_or_404(Order, id=order_id)
    if order.state != "open":
        return JsonResponse({}, status=409)
    order.state = "shipped"
    order.save()
    return JsonResponse({"id": order.id, "state": order.state})


def own(request: Any, order_id: int) -> Order:
    """The customer's order of that number; somebody else's is absent to him."""
    order = Order.objects.filter(id=order_id).select_related("sku").first()
    if order is None or request.subject is None or order.customer != request.subject.id:
        raise Http404
    return order
