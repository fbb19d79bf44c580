"""The routes of the shop. What may be done on each stands in ``bartizan.toml``."""

from django.contrib import admin
from django.urls import include, path

from shop import views

api = [
    path("health", views.health),
    path("catalogue", views.catalogue),
    path("prices/<slug:sku>", views.price),
    path("orders", views.Orders.as_view()),
    path("orders/<int:order_id>", views.OneOrder.as_view()),
    path("orders/<int:order_id>/photo", views.photo),
    path("staff/orders", views.everybodys),
    path("staff/orders/<int:order_id>/ship", views.ship),
    path("admin/", admin.site.urls),
]
urlpatterns = [path("api/", include(api))]
