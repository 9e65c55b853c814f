"""The bundled banks: original items as data, in the native format."""

from importlib import resources


def bundled() -> tuple[tuple[str, bytes], ...]:
    """Every bundled bank as (file name, bytes), by name."""
    folder = resources.files(__name__)
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    return tuple((entry.name, entry.read_bytes()) for entry in files)
