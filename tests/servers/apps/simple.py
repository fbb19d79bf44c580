"""``python -m tests.servers.apps.simple PORT MODULE:NAME``: the standard library's server."""

import sys
from importlib import import_module
from wsgiref.simple_server import make_server

if __name__ == "__main__":
    module, _, name = sys.argv[2].partition(":")
    with make_server("127.0.0.1", int(sys.argv[1]), getattr(import_module(module), name)) as server:
        print(f"serving on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
