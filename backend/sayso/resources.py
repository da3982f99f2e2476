"""Where the files that travel with the program are: the built app and the instruments.

An installed wheel carries the instruments inside the package; a working copy has them in the
`instruments` folder at its root, where they are edited.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def instruments_dir() -> Path:
    """The folder of instruments and studies that this copy of the program ships.

    Raises `FileNotFoundError` when neither the wheel's nor the working copy's folder is there.
    """
    for folder in (_PACKAGE / "data" / "instruments", _PACKAGE.parents[1] / "instruments"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("this installation carries no instruments folder")


def static_dir() -> Path:
    """The folder of the built app; it exists once the front end has been built."""
    return _PACKAGE / "web" / "static"
