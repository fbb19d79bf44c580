"""Routes of several hosts and subdomains."""

from flask import Flask


def say(**given: str) -> str:
    return f"{given}"


def subdomains(**config: str) -> Flask:
    app = Flask("subdomains", subdomain_matching=True, static_folder=None)
    app.config.update(SERVER_NAME="example.com", **config)
    app.add_url_rule("/", "plain", say)
    app.add_url_rule("/", "api", say, subdomain="api")
    app.add_url_rule("/orders", "orders", say, subdomain="api")
    return app


def tenants() -> Flask:
    app = subdomains()
    app.add_url_rule("/mine", "mine", say, subdomain="<tenant>")
    return app


def hosts() -> Flask:
    app = Flask("hosts", host_matching=True, static_host="static.example.com")
    app.add_url_rule("/", "a", say, host="a.example.com")
    app.add_url_rule("/", "b", say, host="b.example.com:8443")
    return app
