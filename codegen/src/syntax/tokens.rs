//! What the parser does not check: indentation that mixes tabs and blanks, and chains of
//! operators that make a tree too deep to walk.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::{Ranged, TextRange};

/// How many operators may follow each other without a comma or a like separator, brackets
/// around them included. The parser reads such chains by loops, but the tree that it makes is as
/// deep as they are long.
const MAX_CHAIN: usize = 1000;

/// The place where a chain of operators becomes too long.
pub(super) fn too_long_chain(tokens: &Tokens) -> Option<TextRange> {
    let mut outer: Vec<usize> = Vec::new();
    // Operators in the innermost bracket, and in all.
    let (mut here, mut all) = (0usize, 0usize);
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => {
                outer.clear();
                (here, all) = (0, 0);
            }
            TokenKind::Comma | TokenKind::Semi | TokenKind::Colon | TokenKind::Equal => {
                all = all.saturating_sub(here);
                here = 0;
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                outer.push(here + 1);
                all += 1;
                here = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                all = all.saturating_sub(here);
                here = outer.pop().unwrap_or_default();
            }
            kind if kind.is_operator() || matches!(kind, TokenKind::And | TokenKind::Or) => {
                here += 1;
                all += 1;
            }
            _ => {}
        }
        if all > MAX_CHAIN {
            return Some(token.range());
        }
    }
    None
}

/// The widths of a line's indentation with tabs that reach to multiples of 8, and with tabs as
/// wide as blanks. Lines that compare differently by the two are ambiguous.
type Widths = (usize, usize);

/// The lines whose indentation mixes tabs and blanks so that their nesting is ambiguous, as
/// CPython's tokenizer finds them (its `col` and `altcol`).
pub(super) fn bad_indentation(text: &str, tokens: &Tokens) -> Vec<(TextRange, &'static str)> {
    let mut bad = Vec::new();
    let mut stack: Vec<Widths> = vec![(0, 0)];
    let mut at_start = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => at_start = true,
            TokenKind::Indent | TokenKind::Dedent | TokenKind::NonLogicalNewline => {}
            TokenKind::Comment | TokenKind::EndOfFile => {}
            _ if std::mem::take(&mut at_start) => {
                let end = token.start().to_usize();
                let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
                if !nest(&mut stack, widths(&text[start..end])) {
                    bad.push((token.range(), "inconsistent use of tabs and spaces in indentation"));
                }
            }
            _ => {}
        }
    }
    bad
}

fn widths(blanks: &str) -> Widths {
    blanks.bytes().fold((0, 0), |(width, alternative), byte| match byte {
        b'\t' => ((width / 8 + 1) * 8, alternative + 1),
        b'\x0c' => (0, 0),
        _ => (width + 1, alternative + 1),
    })
}

/// Enters or leaves blocks as a line's indentation says; false if the two widths disagree.
fn nest(stack: &mut Vec<Widths>, line: Widths) -> bool {
    while stack.len() > 1 && stack.last().is_some_and(|top| line.0 < top.0) {
        stack.pop();
    }
    let top = stack.last().copied().unwrap_or_default();
    if line.0 > top.0 {
        stack.push(line);
        return line.1 > top.1;
    }
    line.0 != top.0 || line.1 == top.1
}
