"""The judge: what CPython and NumPy say to the calls in tests/kernels/**/*.md.

    python tests/judge/judge.py              checks every answer
    python tests/judge/judge.py --write      writes the answers; nobody else may write one
    python tests/judge/judge.py FILE.md ...  only these files

Exit status 1 on any difference. The last line is `N passed, N failed`.
"""

import argparse
import ast
import builtins
import contextlib
import inspect
import io
import math
import re
import sys
import threading
import types
import typing
from pathlib import Path
from unittest import mock

import numba
import numpy as np

import grammar
import reference
import transcript

KERNELS = Path(__file__).resolve().parent.parent / "kernels"
REVEALED = re.compile(r"# revealed: (?:(\w+)|optional\((\w+)\))$")
NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf|nan)")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("files", nargs="*", type=Path, metavar="FILE.md")
    arguments.add_argument("--write", action="store_true", help="write the answers instead of checking them")
    options = arguments.parse_args()
    require_pinned()
    files = options.files or [file for file in sorted(KERNELS.rglob("*.md")) if file.name != "README.md"]
    results = []
    with_large_stack(lambda: results.extend(judge_files(files, options.write)))
    failed = results.count(False)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def require_pinned():
    """Ends the program if this is not the judge that the answers come from."""
    lines = (Path(__file__).parent / "requirements.txt").read_text().split()
    wanted = next(line.removeprefix("numpy==") for line in lines if line.startswith("numpy=="))
    if sys.version_info[:2] != (3, 11) or np.__version__ != wanted:
        given = f"CPython {sys.version.split()[0]} with NumPy {np.__version__}"
        sys.exit(f"the judge is CPython 3.11 with NumPy {wanted}; this is {given}")


def judge_files(files, write):
    """Judges files; whether each of their sections passed."""
    # They hold for this thread only.
    np.set_printoptions(floatmode="unique", threshold=sys.maxsize, linewidth=100)
    return [result for file in files for result in judge_file(file, write)]


def judge_file(file, write):
    """Judges a file's sections; whether each one passed."""
    lines = file.read_text(encoding="utf-8").splitlines()
    results, answers = [], []
    try:
        sections = [section for section in transcript.read(lines) if not section.is_refused]
    except (transcript.BadTranscript, ValueError) as error:
        print(f"{file}: {error}")
        return [False]
    for section in sections:
        problems, given = judge_section(section, write)
        answers += given
        results.append(not problems)
        for line, problem in problems:
            print(f"{file}:{line}: {section.name}: {problem}")
    if write and (written := transcript.write(lines, answers)) != lines:
        file.write_text("\n".join(written) + "\n", encoding="utf-8")
        print(f"{file}: written")
    return results


def judge_section(section, write):
    """The problems of a section, each with its line, and the judge's answers to its examples."""
    dtypes = section.options.get("dtypes", [None])
    problems, answers = [], []
    for nth, dtype in enumerate(dtypes):
        source = with_dtype(section.source, dtype)
        builtins.reveal_type = revealer(source, lambda claim: problems.append((section.line, claim)))
        try:
            namespace = run_kernels(source, with_dtype(section.stub, dtype), section.options)
        except Exception as error:
            return [(section.line, f"its kernels do not run: {type(error).__name__}: {error}")], []
        for example in section.examples:
            line = example.first
            try:
                answer = run_example(with_dtype(example.text, dtype), namespace)
            except grammar.NotInGrammar as error:
                problems.append((line, str(error)))
                continue
            answer = [without_dtype(text, dtype) for text in answer]
            if write and nth == 0 and not example.differs:
                answers.append((example, answer))
                example.answer = answer
            elif problem := compare(example, answer, 0 if write else tolerance(section)):
                problems.append((line, problem if dtype is None else f"{dtype}: {problem}"))
    return problems, answers


def revealer(source, report):
    """`reveal_type` that reports a number whose type is not what its line claims."""
    lines = source.splitlines()

    def reveal_type(value):
        claim = REVEALED.search(lines[sys._getframe(1).f_lineno - 1])
        given = {np.bool_: "bool_", type(None): "None"}.get(type(value), type(value).__name__)
        expected = [claim[1]] if claim and claim[1] else ["None", claim and claim[2]]
        if claim and given not in ("ndarray", "tuple", *expected):
            report(f"`{claim[0]}`, but CPython has {given}")
        return value

    return reveal_type


def tolerance(section):
    """How many ULP an answer may be off: none where mpmath gives it, as every machine's does."""
    return 0 if "reference" in section.options else section.options.get("ulp", 0)


def with_dtype(text, dtype):
    """The text for one of the section's dtypes."""
    return text if dtype is None else re.sub(r"\bDTYPE\b", dtype, text)


def without_dtype(text, dtype):
    """The answer as it stands for all of the section's dtypes."""
    return text if dtype is None else re.sub(rf"\b{dtype}\b", "DTYPE", text)


def run_kernels(source, stub, options):
    """What a section's text defines; its undecorated functions with annotations are kernels too, and
    a stub's signatures win over the text's."""
    module = types.ModuleType("kernels")
    vars(module).update(np=np, math=math)
    if options.get("reference") == "mpmath":
        sys.modules["math"] = reference.module()
    try:
        exec(compile(source, "<transcript>", "exec"), vars(module))
    finally:
        sys.modules["math"] = math
    for name, value in list(vars(module).items()):
        if inspect.isfunction(value) and value.__module__ == "kernels" and not is_kernel(value):
            setattr(module, name, numba.kernel(value))
    for name, signatures in stubbed(stub).items():
        function = getattr(module, name)
        if isinstance(function, numba.Ufunc):
            setattr(module, name, function.redeclared(signatures))
        else:
            setattr(module, name, numba.kernel(getattr(function, "py_func", function), signatures))
    return vars(module)


def is_kernel(value):
    """Whether a decorator has made this."""
    return hasattr(value, "is_kernel")


def stubbed(stub):
    """The signatures that a stub declares, by the functions' names."""
    found, known = {}, set()

    def declare(function, signatures=()):
        if function not in known:
            known.add(function)
            found.setdefault(function.__name__, []).extend(signatures or numba.annotated(function))
        return function

    scope = {"__name__": "stub"}
    with mock.patch.object(numba, "kernel", declare), mock.patch.object(typing, "overload", declare):
        exec(compile(stub, "<stub>", "exec"), scope)
    for value in list(scope.values()):
        if inspect.isfunction(value) and value.__module__ == "stub":
            declare(value)
    return {name: signatures for name, signatures in found.items() if signatures}


def run_example(text, namespace):
    """What CPython answers to a `>>>` line, as lines of text."""
    launched = numba.cuda.Launched
    kernels = {name for name, value in namespace.items() if inspect.isfunction(value) or isinstance(value, launched)}
    ufuncs = {name for name, value in namespace.items() if isinstance(value, numba.Ufunc)}
    stmt = grammar.check(text, kernels, ufuncs)
    value = ast.fix_missing_locations(ast.Expression(stmt.value))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            result = eval(compile(value, "<transcript>", "eval"), namespace)
        except Exception as error:
            answer = f"Traceback (most recent call last):\n{first_line(error)}"
        else:
            if isinstance(stmt, ast.Assign):
                namespace[stmt.targets[0].id] = result
                result = None
            answer = "" if result is None else repr(result)
    return (printed.getvalue() + answer).splitlines()


def first_line(error):
    """`Class: first line of the message`, as a traceback ends."""
    message = str(error).split("\n")[0]
    if isinstance(error, RecursionError):
        # CPython adds what it was doing, which is chance.
        message = "maximum recursion depth exceeded"
    name = public_class(error).__name__
    return f"{name}: {message}" if message else name


def public_class(error):
    """The class of an exception; of NumPy's private ones the public class that it derives from."""
    return next(ty for ty in type(error).__mro__ if "._" not in ty.__module__)


def compare(example, answer, ulp):
    """What is wrong with an example's answer, if something is."""
    same = example.answer == answer or ulp > 0 and near(example.answer, answer, ulp)
    if example.differs:
        if not same:
            return None
        return f"marked `differs: [{example.differs}]`, but CPython gives the same: {answer}"
    return None if same else f"the transcript says {example.answer}, CPython says {answer}"


def near(written, given, ulp):
    """Whether two answers are the same but for the last bits of floats."""
    # NumPy pads the numbers of an array to one width, which the last bits may change.
    written, given = ("".join("".join(lines).split()) for lines in (written, given))
    if NUMBER.sub("#", written) != NUMBER.sub("#", given):
        return False
    single = "32" in given or "complex64" in given
    pairs = zip(NUMBER.findall(written), NUMBER.findall(given))
    return all(a == b or apart(float(a), float(b), single) <= ulp for a, b in pairs)


def apart(a, b, single):
    """How many floats lie between two floats."""
    signs_differ = math.copysign(1, a) != math.copysign(1, b)
    if signs_differ or not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    if single:
        return abs(ordinal(np.float32(a), np.int32) - ordinal(np.float32(b), np.int32))
    return abs(ordinal(np.float64(a), np.int64) - ordinal(np.float64(b), np.int64))


def ordinal(x, integer):
    """The place of a float among those of its sign."""
    return int(x.view(integer))


def with_large_stack(function):
    """Calls a function where deep recursion finds the stack that it needs."""
    # CPython's default of 1000 is a choice of its own, and the conversions need frames too.
    sys.setrecursionlimit(20_000)
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


if __name__ == "__main__":
    sys.exit(main())
