//! Damaged texts: random bytes, and the kernels of the transcripts with bytes, tokens and lines
//! deleted, doubled, swapped and taken from elsewhere. The compiler answers all of them, without a
//! panic, soon, and on a small stack.
//!
//! The texts follow from their numbers. `PYKERNEL_FUZZ=10000` tries so many instead of a few, and
//! `PYKERNEL_FUZZ=7000..8000` those. `target/tmp/fuzz.py` is the text being tried: it stays after a
//! stack overflow, which ends the process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pykernel_cli::transcript::run;
use pykernel_codegen::analysis;
use pykernel_codegen::backend::{self, Target};
use pykernel_codegen::source::Source;

/// The stack that every thread of a test has, and less than any that runs the compiler.
const STACK: usize = 2 << 20;

/// Longer than any text here takes, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many texts are tried if nobody says otherwise.
const FEW: u64 = 1_500;

#[test]
fn damaged_texts_are_answered() {
    let kernels = kernels(&Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels"));
    let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz.py");
    for number in wanted() {
        let text = Damage::new(number).text(&kernels);
        fs::write(&current, &text).unwrap();
        assert!(is_answered(&text), "text {number} is not answered:\n{text}");
    }
}

/// The numbers of the texts to try.
fn wanted() -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("PYKERNEL_FUZZ") else { return 0..FEW };
    let (first, end) = wanted.split_once("..").unwrap_or(("0", &wanted));
    first.parse().unwrap()..end.parse().unwrap()
}

/// The `py` blocks of all transcripts in a folder, in a fixed order.
fn kernels(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let of_path = |path: &std::path::PathBuf| match path.is_dir() {
        true => kernels(path),
        false => blocks(&fs::read_to_string(path).unwrap()),
    };
    paths.iter().flat_map(of_path).collect()
}

fn blocks(markdown: &str) -> Vec<String> {
    let blocks = markdown.split("\n```py\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Whether a text is compiled, with overflow checks and without, or refused, in time.
fn is_answered(text: &str) -> bool {
    let (answer, answered) = mpsc::channel();
    let text = text.to_owned();
    let work = move || {
        compile(&text);
        answer.send(()).unwrap();
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    // After a panic nobody can answer, and the wait ends at once.
    answered.recv_timeout(PATIENCE).is_ok() && thread.join().is_ok()
}

fn compile(text: &str) {
    let source = Source::file("damaged.py", text);
    if !analysis::analyse(&source, &run::package(true)).diagnostics.is_empty() {
        return;
    }
    for overflow_checks in [true, false] {
        let (analysis, irs) = run::compile_for(&source, overflow_checks, &Target::host());
        for kernel in &analysis.interface.kernels {
            match backend::object(&irs, kernel, &Target::host(), None) {
                Ok(_) | Err(backend::Error::TooLarge(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// A source of random damage: SplitMix64.
struct Damage(u64);

impl Damage {
    fn new(number: u64) -> Damage {
        Damage(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn text(&mut self, kernels: &[String]) -> String {
        if self.below(20) == 0 {
            return self.noise();
        }
        let (kernel, donor) = (self.one_of(kernels), self.one_of(kernels));
        let n = 1 + self.below(3);
        let damaged = (0..n).fold(kernel, |text, _| match self.below(10) {
            0 => self.bytes(&text),
            1..=2 => self.pieces(&lines(&text), &lines(&donor)),
            _ => self.pieces(&tokens(&text), &tokens(&text)),
        });
        match self.below(5) {
            0 => self.pieces(&tokens(&damaged), &tokens(&donor)),
            _ => damaged,
        }
    }

    /// Random characters, of those that mean something more than of others.
    fn noise(&mut self) -> String {
        let n = self.below(200);
        let telling: Vec<char> =
            "def f(x):\n    return -1.5e3jif[]{}@'\"\\#*\t\r\0é\u{1F600}".chars().collect();
        (0..n).map(|_| self.one_of(&telling)).collect()
    }

    /// Replaces one byte.
    fn bytes(&mut self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        if !bytes.is_empty() {
            let at = self.below(bytes.len());
            bytes[at] = self.below(256) as u8;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The position of a piece, seldom of a blank one.
    fn telling(&mut self, pieces: &[&str]) -> usize {
        let at = self.below(pieces.len());
        match pieces[at].trim().is_empty() {
            true => self.below(pieces.len()),
            false => at,
        }
    }

    /// Deletes, doubles, swaps or replaces one piece.
    fn pieces(&mut self, pieces: &[&str], donor: &[&str]) -> String {
        let mut pieces = pieces.to_vec();
        if pieces.is_empty() {
            return String::new();
        }
        let (at, other) = (self.telling(&pieces), self.telling(&pieces));
        match self.below(5) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(other, pieces[at]),
            2 => pieces.swap(at, other),
            _ if donor.is_empty() => {}
            3 => pieces[at] = donor[self.telling(donor)],
            _ => pieces.insert(at, donor[self.telling(donor)]),
        }
        pieces.concat()
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Words, runs of blanks, and single characters.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        ' ' => 2,
        _ => 0,
    };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match class(first) {
            0 => first.len_utf8(),
            kind => rest.find(|c| class(c) != kind).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}
