//! Names that are written alike, for suggestions.

/// The candidate that is written most like a name, if any is.
pub fn closest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // One letter in two is no misspelling.
    let limit = if name.len() < 3 { 0 } else { (1 + name.len()) / 3 };
    candidates
        .filter(|candidate| *candidate != name && candidate.len().abs_diff(name.len()) <= limit)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters must be inserted, removed or replaced (Levenshtein's distance).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_is_close_and_another_word_is_not() {
        let names = ["float32", "float64", "int"];
        assert_eq!(closest("flaot64", names.into_iter()), Some("float64"));
        assert_eq!(closest("complex", names.into_iter()), None);
        assert_eq!(closest("in", names.into_iter()), None);
    }
}
