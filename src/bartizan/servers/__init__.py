"""What a server in front of us does to a request: facts, and how the one that runs is recognised.

Each server has its file; ``table.py`` is the one ordered list of them. The facts are measured:
``tests/servers`` asks every server on the wire and fails where a release no longer keeps them.
No server is imported here: they are known by the names of their modules.
"""
