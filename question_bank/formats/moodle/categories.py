"""Category paths of Moodle, `$course$/top/行政法/处罚法`: the last name is our topic; a slash in a name is doubled."""

import re

_CONTEXTS = re.compile(r"\$[a-z0-9_]{1,40}\$/?", re.IGNORECASE)


def category(topic: str) -> str:
    """The path of a topic."""
    return f"$course$/top/{topic.replace('/', '//')}" if topic else "$course$/top"


def read_category(path: str) -> tuple[str, str]:
    """What stands above the topic, joined by slashes, and the topic; both may be empty."""
    bare = _CONTEXTS.sub("", path.strip(), count=1)
    names = [name.replace("//", "/").strip() for name in re.split(r"(?<!/)/(?!/)", bare)]
    if names and names[0] == "top":
        del names[0]
    names = [name for name in names if name]
    return "/".join(names[:-1]), names[-1] if names else ""
