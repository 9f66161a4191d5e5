//! The pages of `docs/diagnostics`: their examples raise what they say, and what they say to
//! write instead compiles.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

/// The kernel files that a page shows, in its order.
fn examples(page: &str) -> Vec<&str> {
    page.split("```py\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// What is found in a text: lines, and what the comments there should be.
fn found(text: &str) -> Vec<(u32, String)> {
    let source = Source::file("page.py", text);
    let package = Package { name: "pages".into(), version: "0".into() };
    let analysis = analyse(&source, &package);
    let all = analysis.diagnostics.iter().chain(&analysis.warnings);
    all.map(|found| (source.line(found.span.start), comment(found.code))).collect()
}

/// The comment that claims a code.
fn comment(code: Code) -> String {
    format!("{}: [{}]", code.severity(), code.name())
}

/// What the comments of a text claim. Other comments the examples do not have.
fn claimed(text: &str) -> Vec<(u32, String)> {
    let comment = |line: &str| line.split_once("    # ").map(|(_, comment)| comment.to_owned());
    (1..).zip(text.lines()).filter_map(|(at, line)| Some((at, comment(line)?))).collect()
}

#[test]
fn examples_raise_exactly_the_code_of_their_page() {
    // This program has all features.
    for code in Code::ALL.iter().filter(|code| **code != Code::MissingFeature) {
        for (index, example) in examples(code.page()).into_iter().enumerate() {
            let claimed = claimed(example);
            assert_eq!(found(example), claimed, "{}, example {}:\n{example}", code.name(), index + 1);
            let expected = if index == 0 { vec![comment(*code)] } else { vec![] };
            let comments: Vec<String> = claimed.into_iter().map(|(_, comment)| comment).collect();
            assert_eq!(comments, expected, "{}, example {}", code.name(), index + 1);
        }
    }
}

#[test]
fn pages_are_of_one_form() {
    for code in Code::ALL {
        let (page, name) = (code.page(), code.name());
        assert!(page.starts_with(&format!("# {name}\n\n")), "{name}: the title is the code");
        assert_eq!(page.matches("\n## Instead\n").count(), 1, "{name}: one way out");
        // No example can be a file that is not text.
        let n_examples = if *code == Code::InvalidSource { 0 } else { 2 };
        assert_eq!(examples(page).len(), n_examples, "{name}");
    }
}
