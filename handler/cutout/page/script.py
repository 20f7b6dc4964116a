"""The page's modules as one script.

A browser would fetch each module with a request of its own, all at once; on Lambda each of those
may start another copy of the function, and a ceiling on copies would turn some of them away. So the
modules are joined, dependencies first, as bundlers do it: in one scope, without their imports and
exports. What stands at the top of a module therefore needs a name of its own among all of them (a
browser refuses the script otherwise), and an import has to be one line from `./`.
"""

import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


def joined(modules: Mapping[str, str], entry: str) -> str:
    """The script that `entry` is, with all that it imports, directly or not. Raises `KeyError`
    where a module is missing; modules that import each other come in the order of their first
    mention."""
    seen: set[str] = set()

    def collect(name: str) -> list[str]:
        if name in seen:
            return []
        seen.add(name)
        text = modules[name]
        below = [part for other in IMPORT.findall(text) for part in collect(other)]
        return [*below, EXPORT.sub("", IMPORT.sub("", text))]

    return "\n".join(collect(entry))
