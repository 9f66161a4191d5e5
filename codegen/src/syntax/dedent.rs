//! Takes off the indentation of text that stands inside Rust, and maps ranges back.

use ruff_text_size::{TextRange, TextSize};

use crate::source::{Source, Span};

/// A text whose lines begin where Python wants them to.
#[derive(Debug)]
pub(super) struct Dedented {
    text: String,
    /// For each line, where it begins in `text` and where that byte stands in the source.
    lines: Vec<(u32, u32)>,
    /// What spans add to that.
    first: u32,
}

impl Dedented {
    /// Takes off the margin of text inside Rust. A file of its own stays as it is: there a margin
    /// is a mistake. Spans of its first byte are to begin at `first`.
    pub(super) fn new(source: &Source, first: u32) -> Self {
        let text = &*source.text;
        if source.file.ends_with(".py") || source.file.ends_with(".pyi") {
            return Dedented { text: text.to_owned(), lines: vec![(0, 0)], first };
        }
        let margin = margin(text);
        let mut dedented = Dedented { text: String::with_capacity(text.len()), lines: Vec::new(), first };
        let mut start = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            // What stands before the first line in the Rust file is not known.
            let taken = if index == 0 { indentation(line) } else { indentation(line).min(margin) };
            dedented.lines.push((dedented.text.len() as u32, (start + taken) as u32));
            dedented.text.push_str(&line[taken..]);
            start += line.len();
        }
        if dedented.lines.is_empty() {
            dedented.lines.push((0, 0));
        }
        dedented
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &str {
        self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("")
    }

    /// The place in the source of a range of this text.
    pub(super) fn span(&self, range: TextRange) -> Span {
        let (start, end) = (u32::from(range.start()), u32::from(range.end()));
        let last = if end > start { self.offset(end - 1) + 1 } else { self.offset(start) };
        Span::new(self.offset(start), last)
    }

    fn offset(&self, offset: u32) -> u32 {
        let line = self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let (here, there) = self.lines[line];
        self.first + there + (offset - here)
    }

    /// Where the line of an offset begins in this text.
    pub(super) fn line_start(&self, offset: TextSize) -> usize {
        let head = self.text.get(..offset.to_usize()).unwrap_or(&self.text);
        head.rfind('\n').map_or(0, |newline| newline + 1)
    }
}

/// How many bytes of blanks a line begins with.
fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The indentation of the outermost statements, in bytes.
fn margin(text: &str) -> usize {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines = text.split('\n');
    let first = lines.next().filter(is_code);
    let mut rest = lines.filter(is_code).map(indentation);
    let Some(next) = rest.next() else { return 0 };
    match first {
        // The first statement of the text tells.
        None => next,
        // It stands behind the brace. What follows is its body, or stands beside it.
        Some(first) => {
            let least = rest.fold(next, usize::min);
            let opens_block = first.split('#').next().unwrap_or(first).trim_end().ends_with(':');
            if opens_block && least == next { 0 } else { least }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dedented(text: &str) -> Dedented {
        Dedented::new(&Source::embedded("lib.rs", 1, text), 0)
    }

    #[test]
    fn the_margin_is_taken_off_and_ranges_map_back() {
        let source = "\n    # c\n    def f(x):\n\n        return x\n  # less\n";
        let text = dedented(source);
        assert_eq!(text.as_str(), "\n# c\ndef f(x):\n\n    return x\n# less\n");
        let at = text.as_str().find("return x").unwrap() as u32;
        let span = text.span(TextRange::new(at.into(), (at + 8).into()));
        assert_eq!(&source[span.start as usize..span.end as usize], "return x");
    }

    #[test]
    fn the_first_line_may_stand_behind_the_brace() {
        assert_eq!(dedented(" @njit\n    def f(x):\n        pass").as_str(), "@njit\ndef f(x):\n    pass");
        assert_eq!(dedented(" def f(x):\n        pass\n    ").as_str(), "def f(x):\n        pass\n    ");
        assert_eq!(
            dedented("def f(x):\n    pass\ndef g(x): pass").as_str(),
            "def f(x):\n    pass\ndef g(x): pass"
        );
        assert_eq!(dedented("").as_str(), "");
    }

    #[test]
    fn a_file_keeps_its_indentation() {
        assert_eq!(Dedented::new(&Source::file("a.py", "  x = 1"), 0).as_str(), "  x = 1");
    }
}
