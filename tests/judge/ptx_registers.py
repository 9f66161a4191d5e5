"""How many registers and instructions the elementary functions take on GPUs, by NVIDIA's assembler.

    python tests/judge/ptx_registers.py --ptxas PATH [--program PATH]

Prints the table of docs/math.md: for each function, in float64 and in float32, the instructions of its PTX, slow paths
included, and the registers of its ufunc's loop on each architecture. It fails where registers are spilled to memory.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ["cargo", "run", "--release", "--quiet", "-p", "pykernel-cli", "--example", "exact", "--"]
TARGETS = ["sm_60", "sm_80", "sm_90", "sm_120"]


def printed(*arguments):
    return subprocess.run([*PROGRAM, *arguments], stdout=subprocess.PIPE, check=True, cwd=ROOT, text=True).stdout


def for_all_operands(text):
    """The module without the entries behind the first one, which are for some operands."""
    return ".visible .entry".join(text.split(".visible .entry")[:2])


def registers(ptxas, text, target):
    """What the assembler says: the registers of the entry, and the bytes that are spilled."""
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(text)
        file.flush()
        command = [ptxas, "-v", "-Werror", f"-arch={target}", "-o", "/dev/null", file.name]
        said = subprocess.run(command, stderr=subprocess.PIPE, check=True, text=True).stderr
    spilled = sum(map(int, re.findall(r"(\d+) bytes spill stores", said)))
    return max(map(int, re.findall(r"Used (\d+) registers", said))), spilled


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ptxas", required=True)
    parser.add_argument("--program", type=Path)
    options = parser.parse_args()
    if options.program:
        PROGRAM[:] = [options.program.resolve()]
    print(f"| | dtype | PTX instructions | {' | '.join(TARGETS)} |")
    print("| --- " * (3 + len(TARGETS)) + "|")
    spills = False
    for name, _, _, *dtypes in map(str.split, printed("list").splitlines()):
        for dtype in dtypes:
            text = for_all_operands(printed("ptx", name, dtype))
            instructions = len(re.findall(r"^    [^./].*;$", text, re.MULTILINE))
            found = [registers(options.ptxas, text, target) for target in TARGETS]
            spills |= any(spilled for _, spilled in found)
            print(f"| {name} | {dtype} | {instructions} | {' | '.join(str(count) for count, _ in found)} |", flush=True)
    sys.exit("registers are spilled" if spills else 0)


if __name__ == "__main__":
    main()
