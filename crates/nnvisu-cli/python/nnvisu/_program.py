"""Where the nnvisu program is that was installed with this package."""

import os
import sysconfig
from importlib import metadata
from typing import Iterator


def find_program() -> str:
    """The path of the nnvisu program.

    Raises FileNotFoundError, with every place that was looked at, if it is in none of them.
    """
    places = list(dict.fromkeys(os.path.abspath(place) for place in _places()))
    for place in places:
        if os.path.isfile(place):
            return place
    raise FileNotFoundError(
        "the program that belongs to this Python package is missing. It is expected as one of: "
        + ", ".join(places)
        + ". Installing the package again (pip install --force-reinstall nnvisu) brings it back."
    )


def _places() -> Iterator[str]:
    name = "nnvisu" + (sysconfig.get_config_var("EXE") or "")
    # What the installer wrote down is right for virtual environments, --user and --prefix alike.
    try:
        for file in metadata.files("nnvisu") or []:
            if file.name == name:
                yield str(file.locate())
    except metadata.PackageNotFoundError:
        pass
    # `pip install --target` writes down another place than it uses.
    package = os.path.dirname(os.path.abspath(__file__))
    yield os.path.join(os.path.dirname(package), "bin", name)
    yield os.path.join(sysconfig.get_path("scripts"), name)
