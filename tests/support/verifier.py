"""The stand-alone verifier as its user runs it."""

import subprocess
import sys
from pathlib import Path

import app as application

VERIFIER = Path(application.__file__).parent / "static" / "verify_proof.py"


def run_verifier(folder: Path, proof: str, digest: str) -> subprocess.CompletedProcess[str]:
    """Check a proof in a Python that knows nothing of this project."""
    (folder / "proof.json").write_text(proof)
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, "proof.json", digest],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
