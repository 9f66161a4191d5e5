//! Finds the row of the table that an instruction's name has, and says what is wrong where none has it.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::instruction::Modifiers;
use crate::rounding::Rounding;
use crate::table::{CLASSES, REFUSED, ROWS, Row};
use crate::types::{Space, Type};

/// A part of a form after a dot.
struct Part {
    optional: bool,
    alternatives: Vec<&'static str>,
}

struct Form {
    row: &'static Row,
    parts: Vec<Part>,
}

/// The table's forms by name, split once.
fn forms() -> &'static HashMap<&'static str, Vec<Form>> {
    static FORMS: OnceLock<HashMap<&'static str, Vec<Form>>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms: HashMap<_, Vec<Form>> = HashMap::new();
        for row in ROWS {
            let mut words = row.form.split(' ');
            let name = words.next().unwrap_or_default();
            forms.entry(name).or_default().push(Form { row, parts: words.map(part).collect() });
        }
        forms
    })
}

fn part(text: &'static str) -> Part {
    let optional = text.starts_with('?');
    let names = text.trim_start_matches(['?', '.']).split('|');
    let alternatives = names.flat_map(|name| match CLASSES.iter().find(|class| class.0 == name) {
        Some(class) => class.1.split('|').collect(),
        None => vec![name],
    });
    Part { optional, alternatives: alternatives.collect() }
}

/// An instruction's name, found in the table.
pub(crate) struct Mnemonic<'a> {
    pub row: &'static Row,
    words: Vec<&'a str>,
    /// The types among the words, in order.
    pub types: Vec<Type>,
}

/// Finds the row for `name` and the words after it, for a PTX version (63 is 6.3) and a target (70 is `sm_70`).
pub(crate) fn find<'a>(
    name: &str,
    words: &[&'a str],
    version: u32,
    target: u32,
) -> Result<Mnemonic<'a>, String> {
    let forms = forms().get(name).ok_or_else(|| format!("unknown instruction '{name}'"))?;
    if let Some((.., message)) = REFUSED.iter().find(|row| row.0 == name && !words.contains(&row.1)) {
        return Err((*message).to_owned());
    }
    // The message is of the form that is nearest: of the same type, then the one that most words fit.
    let mut nearest = ((false, 0), String::new());
    for form in forms {
        match matches(form, words) {
            Ok(()) => return available(form.row, name, words, version, target),
            Err((position, message)) => {
                let last = form.parts.last().zip(words.last());
                let of_this_type = last.is_some_and(|(part, word)| part.alternatives.contains(word));
                if nearest.1.is_empty() || (of_this_type, position) > nearest.0 {
                    nearest = ((of_this_type, position), message);
                }
            }
        }
    }
    let whole: String = words.iter().map(|word| format!(".{word}")).collect();
    Err(format!("'{name}{whole}': {}", nearest.1))
}

/// Whether the words are the form's; where not, after how many, and why.
fn matches(form: &Form, words: &[&str]) -> Result<(), (usize, String)> {
    let mut position = 0;
    for part in &form.parts {
        if words.get(position).is_some_and(|word| part.alternatives.contains(word)) {
            position += 1;
        } else if !part.optional {
            let found = words.get(position).map_or_else(String::new, |word| format!(", not '.{word}'"));
            return Err((position, format!("needs one of .{}{found}", part.alternatives.join(" ."))));
        }
    }
    match words.get(position) {
        Some(word) => Err((position, format!("'.{word}' is not known here"))),
        None => Ok(()),
    }
}

fn available<'a>(
    row: &'static Row,
    name: &str,
    words: &[&'a str],
    version: u32,
    target: u32,
) -> Result<Mnemonic<'a>, String> {
    // Scopes and orders came later than the instructions that they modify (PTX ISA 9.7.13.6).
    let ordered = words.iter().any(|word| matches!(*word, "relaxed" | "acquire" | "release" | "acq_rel"));
    let (since, needed) =
        if ordered { (row.version.max(60), row.target.max(70)) } else { (row.version, row.target) };
    if version < since {
        return Err(format!("'{name}' in this form needs .version {}.{} or higher", since / 10, since % 10));
    }
    if target < needed {
        return Err(format!("'{name}' in this form needs .target sm_{needed} or higher"));
    }
    let types = words.iter().filter_map(|word| Type::named(word)).collect();
    Ok(Mnemonic { row, words: words.to_vec(), types })
}

impl Mnemonic<'_> {
    /// Whether a word is part of the name.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    /// The words of the name that `meaning` knows; the first of them.
    pub fn word<T>(&self, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.words.iter().find_map(|word| meaning(word))
    }

    /// The state space that the name says; generic if it says none.
    pub fn space(&self) -> Space {
        self.word(Space::named).unwrap_or(Space::Generic)
    }

    /// How many values `.v2` or `.v4` moves; one without.
    pub fn lanes(&self) -> usize {
        self.word(|word| {
            Some(if word == "v2" {
                2
            } else if word == "v4" {
                4
            } else {
                return None;
            })
        })
        .unwrap_or(1)
    }

    /// The modifiers of arithmetic.
    pub fn modifiers(&self) -> Modifiers {
        Modifiers {
            rounding: self.word(|word| rounding(word, &["rn", "rz", "rm", "rp"])),
            integral: self.word(|word| rounding(word, &["rni", "rzi", "rmi", "rpi"])),
            ftz: self.has("ftz"),
            sat: self.has("sat"),
            nan: self.has("NaN"),
            wrap: self.has("wrap"),
            shiftamt: self.has("shiftamt"),
        }
    }
}

fn rounding(word: &str, names: &[&str; 4]) -> Option<Rounding> {
    let index = names.iter().position(|&name| name == word)?;
    Some([Rounding::Nearest, Rounding::Zero, Rounding::Down, Rounding::Up][index])
}
