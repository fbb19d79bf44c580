"""The back office: Django's own admin, with accounts, sessions and CSRF of its own."""

from django.contrib import admin

from shop.models import Order, Product

admin.site.register(Product)
admin.site.register(Order)
