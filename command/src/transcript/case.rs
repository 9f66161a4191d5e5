//! Tests, as transcripts and the docstrings of kernel files give them.

use pykernel_codegen::diagnostic::Severity;
use pykernel_codegen::hir;
use pykernel_codegen::source::Source;

use super::expression::{self, Expr};
use super::markdown::{self, Block, Section};
use super::options::Options;

/// One test: a kernel file with what is said about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name: the file and the headings down to its own.
    pub name: String,
    /// The kernels, on the lines on which they stand in the file.
    pub source: Source,
    /// The calls and their answers.
    pub examples: Vec<Example>,
    /// What comments say about the compilation.
    pub assertions: Vec<Assertion>,
    /// What its `toml` blocks ask for.
    pub options: Options,
}

/// One `>>>` line with its answer.
#[derive(Clone, Debug)]
pub struct Example {
    /// The line of the `>>>`, counted from 1.
    pub line: usize,
    /// The expression and what it is assigned to, as they stand there.
    pub text: String,
    /// The name that takes the value; its answer is then empty.
    pub target: Option<String>,
    /// The expression.
    pub expr: Expr,
    /// The answer, as it is printed.
    pub answer: String,
}

/// What a comment says about the line on which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The line, counted from 1.
    pub line: u32,
    /// What must be.
    pub claim: Claim,
}

/// What an [`Assertion`] claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// `# revealed: T`: a `reveal_type` on this line finds this type.
    Revealed(String),
    /// `# error: [code] "text"`: this mistake begins on this line; `# warning: [code] "text"` for
    /// a warning.
    Found {
        /// Whether it is an error or a warning.
        severity: Severity,
        /// The diagnostic's code.
        code: String,
        /// Part of its message.
        text: String,
    },
}

impl Case {
    /// Whether its kernels must not compile.
    pub fn is_refused(&self) -> bool {
        self.assertions
            .iter()
            .any(|assertion| matches!(assertion.claim, Claim::Found { severity: Severity::Error, .. }))
    }
}

/// The tests of a Markdown file, each with its mistake where it cannot be read.
pub fn read_markdown(file: &str, text: &str) -> Result<Vec<Result<Case, String>>, String> {
    let sections = markdown::read(text)?;
    let mut cases = Vec::new();
    for section in &sections {
        let options = options(&sections, section).map_err(|cause| at(file, section.line, &cause));
        let dtypes = options.as_ref().map(|options| options.dtypes.clone()).unwrap_or_default();
        let words = dtypes.iter().map(|dtype| Some(dtype.name())).collect::<Vec<_>>();
        for word in if words.is_empty() { vec![None] } else { words } {
            let case = options.clone().and_then(|options| case(file, &sections, section, options, word));
            cases.extend(case.transpose());
        }
    }
    Ok(cases)
}

/// The sections whose blocks a section sees: those above it, outermost first, and itself.
fn chain<'s>(sections: &'s [Section], section: &'s Section) -> Vec<&'s Section> {
    let mut chain = vec![section];
    while let Some(parent) = chain[chain.len() - 1].parent {
        chain.push(&sections[parent]);
    }
    chain.reverse();
    chain
}

fn options(sections: &[Section], section: &Section) -> Result<Options, String> {
    let mut options = Options::default();
    let blocks = chain(sections, section).into_iter().flat_map(|section| &section.blocks);
    blocks.filter(|block| block.language == "toml").try_for_each(|block| options.update(&block.text))?;
    Ok(options)
}

/// The test of a section, if it is one. `word` is what `DTYPE` stands for.
fn case(
    file: &str,
    sections: &[Section],
    section: &Section,
    options: Options,
    word: Option<&str>,
) -> Result<Option<Case>, String> {
    let with_dtype = |text: &str| word.map_or(text.to_owned(), |word| replace_word(text, "DTYPE", word));
    let chain = chain(sections, section);
    let source = with_dtype(&in_place(&chain, "py"));
    let stub = Some(with_dtype(&in_place(&chain, "pyi"))).filter(|stub| !stub.is_empty());
    let mut examples = Vec::new();
    for block in section.blocks.iter().filter(|block| block.language == "pycon") {
        let block = Block { text: with_dtype(&block.text), ..block.clone() };
        examples.extend(
            read_examples(&block.text, block.line, false).map_err(|(line, cause)| at(file, line, &cause))?,
        );
    }
    let own_blocks = section.blocks.iter().filter(|block| matches!(&*block.language, "py" | "pyi"));
    let is_claimed = own_blocks.flat_map(|block| assertions(&block.text, 1)).next().is_some();
    let mut claims = assertions(&source, 1);
    claims.extend(stub.iter().flat_map(|stub| assertions(stub, 1)));
    if examples.is_empty() && !is_claimed {
        return Ok(None);
    }
    let mut name = [&[file.to_owned()], section.path.as_slice()].concat().join(" > ");
    if let Some(word) = word {
        name.push_str(&format!(" ({word})"));
    }
    let source = Source::file(file, &source).with_stub(stub.map(|stub| Source::file(file, &stub)));
    Ok(Some(Case { name, source, examples, assertions: claims, options }))
}

/// The blocks of a language that a section sees, each on the lines on which it stands in the file.
fn in_place(chain: &[&Section], language: &str) -> String {
    let mut text = String::new();
    let mut lines = 1;
    let blocks = chain.iter().flat_map(|section| &section.blocks);
    for block in blocks.filter(|block| block.language == language) {
        text.push_str(&"\n".repeat(block.line - lines));
        text.push_str(&block.text);
        lines = block.line + block.text.lines().count();
    }
    text
}

/// The text with another word for each occurrence of a word.
fn replace_word(text: &str, word: &str, other: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        let is_part = before.ends_with(is_letter) || after.starts_with(is_letter);
        replaced.push_str(before);
        replaced.push_str(if is_part { word } else { other });
        rest = after;
    }
    replaced + rest
}

/// The tests in the docstrings of a kernel file.
pub fn read_docstrings(source: &Source, functions: &[hir::Function]) -> Vec<Result<Case, String>> {
    let with_doc = functions.iter().filter_map(|function| Some((function, function.doc.as_deref()?)));
    let tests = with_doc.filter(|(_, doc)| doc.contains(">>> "));
    tests
        .map(|(function, doc)| {
            let line = source.line(function.name_span.start) as usize;
            let examples =
                read_examples(doc, line, true).map_err(|(line, cause)| at(&source.file, line, &cause))?;
            let name = format!("{} > {}", source.file, function.name);
            let source = source.clone();
            Ok(Case { name, source, examples, assertions: Vec::new(), options: Options::default() })
        })
        .collect()
}

fn at(file: &str, line: usize, cause: &str) -> String {
    format!("{file}:{line}: {cause}")
}

/// The examples of a text that begins on line `first`. In a docstring prose stands around them,
/// and an empty line ends an answer.
fn read_examples(text: &str, first: usize, docstring: bool) -> Result<Vec<Example>, (usize, String)> {
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate().map(|(i, line)| (first + i, line.trim_end())).peekable();
    while let Some((line, start)) = lines.next() {
        let start = if docstring { start.trim_start() } else { start };
        let Some(first) = start.strip_prefix(">>>") else {
            match docstring || start.is_empty() {
                true => continue,
                false => return Err((line, format!("`{start}` answers no `>>>` line"))),
            }
        };
        let mut text = first.trim().to_owned();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.trim_start().starts_with("...")) {
            text.push('\n');
            text.push_str(more.trim_start().trim_start_matches("..."));
        }
        let mut answer = String::new();
        let ends = |line: &str| line.trim_start().starts_with(">>>") || (docstring && line.is_empty());
        while let Some((_, more)) = lines.next_if(|(_, line)| !ends(line)) {
            answer.push_str(if docstring { more.trim_start() } else { more });
            answer.push('\n');
        }
        let (target, expr) = expression::split_assignment(&text);
        let expr = expression::parse(expr).map_err(|cause| (line, cause))?;
        let target = target.map(str::to_owned);
        examples.push(Example { line, text, target, expr, answer: answer.trim_end().to_owned() });
    }
    Ok(examples)
}

/// The assertions in the comments of a text that begins on line `first`.
fn assertions(text: &str, first: u32) -> Vec<Assertion> {
    let mut found = Vec::new();
    for (line, text) in (first..).zip(text.lines()) {
        let claims = text.split("# revealed: ").skip(1).map(|rest| Claim::Revealed(rest.trim().to_owned()));
        let found_here = |severity: Severity| {
            text.split(match severity {
                Severity::Error => "# error: [",
                Severity::Warning => "# warning: [",
            })
            .skip(1)
            .filter_map(move |rest| {
                let (code, rest) = rest.split_once(']')?;
                let text = rest.trim().trim_matches('"').to_owned();
                Some(Claim::Found { severity, code: code.to_owned(), text })
            })
        };
        let claims = claims.chain(found_here(Severity::Error)).chain(found_here(Severity::Warning));
        found.extend(claims.map(|claim| Assertion { line, claim }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A

```toml
ulp = 2
```

```py
def f(x):
    return x  # error: [undefined-name] \"spam\"
```

## B

```py
reveal_type(x)  # revealed: float64
```

```pycon
>>> x = f(
...     1)
>>> x
3

4
```

## C

Prose.
";

    #[test]
    fn sub_headings_see_what_stands_above_them() {
        let cases: Vec<Case> = read_markdown("a.md", TEXT).unwrap().into_iter().map(Result::unwrap).collect();
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["a.md > A", "a.md > A > B"]);
        let b = &cases[1];
        assert!(b.source.text.starts_with("\n\n\n\n\n\n\ndef f(x)"));
        let lines: Vec<u32> = b.assertions.iter().map(|assertion| assertion.line).collect();
        assert_eq!((lines, b.options.ulp), (vec![9, 15], 2));
        assert_eq!(b.assertions[1].claim, Claim::Revealed("float64".into()));
        assert_eq!(b.examples[0].target.as_deref(), Some("x"));
        assert_eq!((b.examples[1].line, b.examples[1].answer.as_str()), (21, "3\n\n4"));
    }

    #[test]
    fn a_heading_is_repeated_for_each_dtype() {
        let text = "# A\n```toml\ndtypes = [\"int8\", \"int16\"]\n```\n```pycon\n>>> np.DTYPE(1)\nnp.DTYPE(1)\n```\n";
        let cases: Vec<Case> = read_markdown("a.md", text).unwrap().into_iter().map(Result::unwrap).collect();
        assert_eq!(cases[1].name, "a.md > A (int16)");
        assert_eq!(cases[1].examples[0].answer, "np.int16(1)");
    }

    #[test]
    fn mistakes_have_a_line() {
        let text = "# A\n\n```pycon\n>>> f(\n```\n";
        let case = read_markdown("a.md", text).unwrap().remove(0);
        assert_eq!(case.unwrap_err(), "a.md:4: the expression ends too early");
    }

    #[test]
    fn docstrings_hold_examples_between_prose() {
        let doc = "Doubles.\n\n    >>> f(1)\n    2\n\nMore.";
        let examples = read_examples(doc, 1, true).unwrap();
        assert_eq!((examples[0].text.as_str(), examples[0].answer.as_str()), ("f(1)", "2"));
    }
}
