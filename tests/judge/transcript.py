"""Transcripts: Markdown with kernels, calls and answers (the format is in tests/kernels/README.md).

`read` gives a file's tests. Nothing here knows what a kernel computes.
"""

import re
import tomllib
from dataclasses import dataclass, field

HEADING = re.compile(r"(#{1,6}) +(.*?) *#*$")
FENCE = re.compile(r"```(\w*)$")
DIFFERS = re.compile(r"# differs: \[([a-z0-9-]+)\]\s*$")
COMPILE_ERROR = re.compile(r"# error: \[")


@dataclass
class Example:
    """One `>>>` line with its answer, which stands in the lines `first` up to `end`."""

    text: str
    differs: str | None
    first: int
    end: int
    answer: list[str]


@dataclass
class Section:
    """One heading: its text, what it inherits, and its examples."""

    path: list[str]
    level: int
    line: int
    options: dict = field(default_factory=dict)
    kernels: list[str] = field(default_factory=list)
    stubs: list[str] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def name(self):
        """The name of the test: the headings above it and its own."""
        return " / ".join(self.path)

    @property
    def source(self):
        """The text of its kernels, those of the headings above it first."""
        return "\n".join(self.kernels)

    @property
    def stub(self):
        """The text of its stub, in the same order; empty if there is none."""
        return "\n".join(self.stubs)

    @property
    def is_refused(self):
        """Whether the compiler must refuse its kernels."""
        return COMPILE_ERROR.search(self.source + self.stub) is not None


class BadTranscript(Exception):
    """A transcript that is not one."""


def read(lines):
    """The sections of a file's lines that have examples."""
    open_sections = [Section(path=[], level=0, line=1)]
    sections = []
    index = 0
    while index < len(lines):
        heading, fence = HEADING.match(lines[index]), FENCE.match(lines[index])
        if heading:
            level = len(heading[1])
            while open_sections[-1].level >= level:
                open_sections.pop()
            above = open_sections[-1]
            path = [*above.path, heading[2]]
            section = Section(
                path, level, index + 1, dict(above.options), list(above.kernels), list(above.stubs)
            )
            open_sections.append(section)
            sections.append(section)
        elif fence:
            end = fence_end(lines, index)
            add_block(open_sections[-1], fence[1], lines, index + 1, end)
            index = end
        index += 1
    return [section for section in sections if section.examples]


def fence_end(lines, start):
    """The line that closes the fence opened on line `start`."""
    for index in range(start + 1, len(lines)):
        if lines[index] == "```":
            return index
    raise BadTranscript(f"line {start + 1}: the block is never closed")


def add_block(section, kind, lines, start, end):
    """Adds what stands between the fences to a section."""
    if kind == "py":
        section.kernels.append("\n".join(lines[start:end]) + "\n")
    elif kind == "pyi":
        section.stubs.append("\n".join(lines[start:end]) + "\n")
    elif kind == "toml":
        section.options.update(tomllib.loads("\n".join(lines[start:end])))
    elif kind == "pycon":
        section.examples += read_examples(lines, start, end)


def read_examples(lines, start, end):
    """The calls and answers of a `pycon` block."""
    examples = []
    index = start
    while index < end:
        if not lines[index].startswith(">>> "):
            raise BadTranscript(f"line {index + 1}: an answer without a `>>>` line")
        text = [lines[index][4:]]
        index += 1
        while index < end and lines[index].startswith("... "):
            text.append(lines[index][4:])
            index += 1
        first = index
        while index < end and not lines[index].startswith(">>> "):
            index += 1
        answer = lines[first:index]
        while answer and not answer[-1].strip():
            answer.pop()
        text = "\n".join(text)
        differs = DIFFERS.search(text)
        examples.append(Example(text, differs and differs[1], first, first + len(answer), answer))
    return examples


def write(lines, answers):
    """The lines with the examples' answers replaced: pairs of an example and its answer's lines."""
    lines = list(lines)
    for example, answer in sorted(answers, key=lambda pair: -pair[0].first):
        lines[example.first : example.end] = answer
    return lines
