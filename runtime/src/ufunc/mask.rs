//! Masks: which iterations of a row there are.

use std::ops::Range;

/// How many elements are looked at together.
const CHUNK: usize = 32;

/// The first iterations one after another, among these, that a mask does not leave out; `None` if there
/// are none.
///
/// # Safety
/// The mask has an element for each of the iterations, `step` bytes apart.
pub(crate) unsafe fn next_run(
    mask: *const u8,
    step: isize,
    iterations: Range<usize>,
) -> Option<Range<usize>> {
    if iterations.is_empty() {
        return None;
    }
    // SAFETY: the caller's.
    let is_set = |iteration: usize| unsafe { *mask.offset(step * iteration as isize) != 0 };
    match step {
        0 => is_set(0).then_some(iterations),
        1 => {
            // SAFETY: the caller's.
            let mask = unsafe { std::slice::from_raw_parts(mask.add(iterations.start), iterations.len()) };
            let first = leading(mask, 0);
            let count = leading(&mask[first..], 1);
            let start = iterations.start + first;
            (count > 0).then_some(start..start + count)
        }
        _ => {
            let start = iterations.clone().find(|iteration| is_set(*iteration))?;
            let end = (start..iterations.end).find(|iteration| !is_set(*iteration));
            Some(start..end.unwrap_or(iterations.end))
        }
    }
}

/// How many elements at the beginning are this one.
fn leading(mask: &[u8], element: u8) -> usize {
    // Without an early end within a chunk the compiler uses vectors.
    let is_whole = |chunk: &&[u8]| chunk.iter().fold(true, |whole, own| whole & (*own == element));
    let chunks = CHUNK * mask.chunks_exact(CHUNK).take_while(is_whole).count();
    chunks + mask[chunks..].iter().take_while(|own| **own == element).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(mask: &[u8], step: usize) -> Vec<(usize, usize)> {
        let (count, mut next, mut runs) = (mask.len() / step, 0, Vec::new());
        // SAFETY: the mask has so many elements.
        while let Some(run) = unsafe { next_run(mask.as_ptr(), step as isize, next..count) } {
            next = run.end;
            runs.push((run.start, run.end));
        }
        runs
    }

    #[test]
    fn runs_are_found_wherever_they_end() {
        assert_eq!(runs(&[], 1), []);
        assert_eq!(runs(&[0; 100], 1), []);
        assert_eq!(runs(&[1; 100], 1), [(0, 100)]);
        assert_eq!(runs(&[1, 0, 1, 1, 0, 0], 1), [(0, 1), (2, 4)]);
        assert_eq!(runs(&[1, 0, 1, 1, 0, 0], 2), [(0, 2)]);
        for end in 0..80 {
            let mut mask = [1; 80];
            mask[end] = 0;
            let parts = [(0, end), (end + 1, 80)];
            let parts: Vec<_> = parts.into_iter().filter(|(start, end)| start < end).collect();
            assert_eq!(runs(&mask, 1), parts);
        }
    }

    #[test]
    fn one_element_may_stand_for_all() {
        // SAFETY: both masks have an element.
        let of = |mask: u8| unsafe { next_run(&mask, 0, 3..9) };
        assert_eq!([of(1), of(0)], [Some(3..9), None]);
    }
}
