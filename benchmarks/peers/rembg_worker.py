"""Time rembg in rembg's own environment: nothing of the project is imported here.

``python rembg_worker.py MODEL MATTING REPEATS OUT PICTURE...`` prints one JSON line, as
`benchmarks.peers.laps` reads it. Models come from ``$U2NET_HOME``, threads from
``$OMP_NUM_THREADS``.
"""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

from rembg import new_session, remove


def main() -> None:
    """Convert the bytes of each picture to the bytes of a PNG, as rembg's users do."""
    model, matting, repeats, out, *pictures = sys.argv[1:]
    session = new_session(model)

    def cut_out(path: Path) -> bytes:
        made: bytes = remove(path.read_bytes(), session=session, alpha_matting=matting == "matting")
        return made

    paths = [Path(picture) for picture in pictures]
    cut_out(paths[0])
    laps: dict[str, list[tuple[float, float]]] = {}
    for path in paths:
        name = f"{path.parent.parent.name}/{path.stem}"
        for _ in range(int(repeats)):
            start, used = perf_counter(), process_time()
            png = cut_out(path)
            laps.setdefault(name, []).append((perf_counter() - start, process_time() - used))
            target = Path(out) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(png)
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    print(json.dumps({"laps": laps, "peak": peak}))


if __name__ == "__main__":
    main()
