//! The code that rustdoc finds in documentation comments and in Markdown, so that doctests find
//! their kernels compiled.

use crate::source::dedent;

/// The lines of one or more neighbouring documentation comments, without what marks them.
pub(super) fn content(comments: &str) -> String {
    let text = match comments.trim_start().starts_with("/*") {
        true => block(comments.trim()),
        false => comments.lines().map(line).collect::<Vec<_>>().join("\n"),
    };
    unhide(&dedent(&text))
}

/// A Markdown text as rustc sees the code in it: in a doctest a line `# code` is code that readers
/// do not see, and `## code` stands for `# code`.
pub(super) fn unhide(markdown: &str) -> String {
    markdown.split('\n').map(unhide_line).collect::<Vec<_>>().join("\n")
}

fn unhide_line(line: &str) -> String {
    let trimmed = line.trim();
    match trimmed.strip_prefix("# ") {
        Some(hidden) => hidden.to_owned(),
        None if trimmed == "#" => String::new(),
        None if trimmed.starts_with("##") => line.replacen("##", "#", 1),
        None => line.to_owned(),
    }
}

fn line(comment: &str) -> &str {
    let comment = comment.trim_start();
    comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!")).unwrap_or(comment)
}

/// The lines of a block comment, without the column of stars that it may have.
fn block(comment: &str) -> String {
    let inner = comment.get(3..comment.len().saturating_sub(2)).unwrap_or("");
    let mut lines: Vec<&str> = inner.split('\n').collect();
    let starred = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('*');
    if lines.iter().skip(1).all(starred) {
        for line in lines.iter_mut().skip(1) {
            *line = line.trim_start();
            *line = line.strip_prefix('*').unwrap_or(line);
        }
    }
    // What stands on the line of the opening mark has no margin of its own.
    let first = lines.remove(0).trim_start();
    format!("{first}\n{}", dedent(&lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_lose_their_marks_and_hidden_lines_theirs() {
        let comments = "/// ```\n    /// # use a;\n    /// ## note\n    ///     ## deep\n    /// #\n    /// #[x]\n    /// ```";
        assert_eq!(content(comments), "```\nuse a;\n# note\n    # deep\n\n#[x]\n```");
        assert_eq!(content("/** a\n  * ```\n  *  b\n  */"), "a\n```\n b\n");
        assert_eq!(content("/*!\n    a\n      b\n*/"), "\na\n  b\n");
    }
}
