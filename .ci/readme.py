"""Makes a crate outside the workspace by doing what README.md says, builds and runs it."""

import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
blocks = re.findall(r"^```(\w+)\n(.*?)^```$", (root / "README.md").read_text(), re.M | re.S)


def block(language, words):
    found = [text for lang, text in blocks if lang == language and words in text]
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} {language} blocks with {words!r}, not one")
    return found[0]


def run(crate, expected):
    out = subprocess.run(["cargo", "run", "--quiet"], cwd=crate, stdout=subprocess.PIPE, text=True, check=True)
    print(f"cargo run prints {out.stdout.strip()}")
    if out.stdout.strip() != expected:
        sys.exit(f"README.md promises {expected}")


with tempfile.TemporaryDirectory() as folder:
    crate = pathlib.Path(folder) / "hello"
    subprocess.run(["cargo", "new", "--quiet", "--vcs", "none", "hello"], cwd=folder, check=True)
    manifest = (crate / "Cargo.toml").read_text().replace("[dependencies]\n", "")
    paths = block("toml", "[build-dependencies]").replace("../pykernel/", f"{root}/")
    (crate / "Cargo.toml").write_text(manifest + paths)
    (crate / "build.rs").write_text(block("rust", "Build::new()"))
    (crate / "src/main.rs").write_text(block("rust", "py_kernel! {"))
    run(crate, "51")
    (crate / "kernels").mkdir()
    (crate / "kernels/finance.py").write_text(block("python", "def discount"))
    (crate / "src/main.rs").write_text(block("rust", "kernels!()"))
    run(crate, "[100.00, 95.24, 90.70]")
