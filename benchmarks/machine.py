"""What the figures were measured with and on: versions and kinds, no names and no paths."""

import os
import platform
import re
import sysconfig
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("bartizan", "flask", "werkzeug", "django", "gunicorn", "msgspec", "pydantic",
            "jsonschema-rs", "cryptography")  # fmt: skip


def facts() -> Mapping[str, str]:
    """Everything that one has to know to compare."""
    return {
        "Python": f"{platform.python_implementation()} {platform.python_version()}, {_build()}",
        "System": f"{platform.system()}, {platform.machine()}",
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Others on it": f"a load of {os.getloadavg()[2]:.1f} in the quarter of an hour before",
        **{name: version(name) for name in PACKAGES},
    }


def _build() -> str:
    """Whether it was optimised by a profile of itself: that is worth a quarter of the time."""
    trained = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return f"built with{'' if trained else 'out'} --enable-optimizations"


def _processor() -> str:
    """Its name, as the kernel says it."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.machine()
    found = re.search(r"^model name\s*: (.+)$", text, re.M)
    return re.sub(r"\((?:R|TM)\)|CPU|@.*", "", found[1]).strip() if found else platform.machine()
