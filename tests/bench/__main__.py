"""`python -m tests.bench [NAME…]`: run the benchmarks; what they measured, with machine and method, goes into JSON."""

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

NAMES = (
    "answers", "judgement", "engines", "eligibility_load", "eligibility_http", "nightly", "certificates", "cohort",
    "registry_import", "assembly", "item_flags",
)  # fmt: skip
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))


def machine() -> dict[str, object]:
    """What it ran on."""
    model = (
        next(
            (
                line.split(":", 1)[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            platform.processor(),
        )
        if Path("/proc/cpuinfo").exists()
        else platform.processor()
    )
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all; print a line each and write instance/bench/<time>.json."""
    out: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(),
        "machine": machine(),
        "seconds": SECONDS,
        "results": {},
    }
    for name in names or NAMES:
        module = importlib.import_module(f"tests.bench.{name}")
        result = {"method": (module.__doc__ or "").strip(), **module.run(SECONDS)}
        out["results"][name] = result  # type: ignore[index]
        print(name, json.dumps({k: v for k, v in result.items() if k != "method"}, ensure_ascii=False), flush=True)
    folder = Path("instance/bench")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":  # processes that a benchmark starts import this module too
    main(sys.argv[1:])
