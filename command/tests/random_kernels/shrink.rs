//! Makes a text smaller as long as it shows a difference.

use super::{Loops, Setting, difference, outcome};

/// The smallest text found, and what is different.
pub fn shrunk(text: String, found: String, setting: Setting) -> (String, String) {
    let (mut lines, mut found): (Vec<String>, String) = (text.lines().map(str::to_owned).collect(), found);
    loop {
        let smaller = (0..lines.len()).flat_map(|at| [without(&lines, at, true), without(&lines, at, false)]);
        let next = smaller.filter(|candidate| candidate.len() < lines.len()).find_map(|candidate| {
            let analysed = outcome::analysed(&(candidate.join("\n") + "\n"))?;
            Some((candidate, difference(&analysed, setting, &mut Loops::default())?))
        });
        match next {
            Some(next) => (lines, found) = next,
            None => return (lines.join("\n"), found),
        }
    }
}

/// The lines without one of them, and without the block that it opens, or with that in its place.
fn without(lines: &[String], at: usize, block: bool) -> Vec<String> {
    let indent = |line: &String| line.len() - line.trim_start().len();
    let inner = lines[at + 1..].iter().take_while(|line| indent(line) > indent(&lines[at])).count();
    let mut rest = lines[..at].to_vec();
    if !block {
        rest.extend(lines[at + 1..=at + inner].iter().map(|line| line[4..].to_owned()));
    }
    rest.extend_from_slice(&lines[at + 1 + inner..]);
    rest
}
