"""``python -m tests.servers.apps.forking``: Flask's server with a process for every request."""

from tests.servers.apps.flask_app import app

if __name__ == "__main__":
    app.run(port=0, threaded=False, processes=2)
