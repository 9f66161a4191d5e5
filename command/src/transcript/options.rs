//! The options of a heading: its `toml` blocks and those of the headings above it.

use pykernel_codegen::types::{DType, Layout};

use super::array::Array;

/// What a heading's `toml` blocks ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The engines that run it; `None` for all.
    pub engines: Option<Vec<String>>,
    /// How many units in the last place floats may differ.
    pub ulp: u64,
    /// The only setting of overflow checks that it runs with; `None` for both.
    pub overflow_checks: Option<bool>,
    /// What the word `DTYPE` stands for, one after the other.
    pub dtypes: Vec<DType>,
    /// The layouts of the arrays that examples make, one after the other.
    pub layouts: Vec<Arrangement>,
}

/// How the arrays that an example makes lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// As the example makes them.
    Own,
    /// Contiguous, last dimension fastest.
    C,
    /// Contiguous, first dimension fastest.
    F,
    /// With gaps between the elements.
    Strided,
    /// Backwards.
    Negative,
}

impl Arrangement {
    /// The array itself, or a copy that lies as asked.
    pub fn apply(self, array: Array) -> Array {
        match self {
            Arrangement::Own => array,
            Arrangement::C => array.copy(Layout::C),
            Arrangement::F => array.copy(Layout::F),
            Arrangement::Strided => array.spread(2),
            Arrangement::Negative => array.spread(-1),
        }
    }

    /// The name that the option `layouts` uses; arrays' own layout has none.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Arrangement::Own => None,
            Arrangement::C => Some("C"),
            Arrangement::F => Some("F"),
            Arrangement::Strided => Some("strided"),
            Arrangement::Negative => Some("negative"),
        }
    }

    fn named(name: &str) -> Result<Arrangement, String> {
        let all = [Arrangement::C, Arrangement::F, Arrangement::Strided, Arrangement::Negative];
        let found = all.into_iter().find(|layout| layout.name() == Some(name));
        found.ok_or_else(|| format!("`{name}` is not a layout: C, F, strided, negative"))
    }
}

impl Options {
    /// Whether an engine runs it.
    pub fn takes(&self, engine: &str) -> bool {
        self.engines.as_ref().is_none_or(|names| names.iter().any(|name| name == engine))
    }

    /// The settings of overflow checks that it runs with.
    pub fn overflow_settings(&self) -> impl Iterator<Item = bool> {
        [true, false].into_iter().filter(|setting| self.overflow_checks.is_none_or(|only| only == *setting))
    }

    /// The layouts that it runs with.
    pub fn layouts(&self) -> &[Arrangement] {
        match self.layouts.as_slice() {
            [] => &[Arrangement::Own],
            layouts => layouts,
        }
    }

    /// Takes over what a block says, line by line: `key = value`.
    pub fn update(&mut self, block: &str) -> Result<(), String> {
        for line in block.lines() {
            let line = line.split('#').next().unwrap_or("").trim();
            if line.is_empty() {
                continue;
            }
            let (key, value) =
                line.split_once('=').ok_or_else(|| format!("`{line}` is not `key = value`"))?;
            let (key, value) = (key.trim(), value.trim());
            self.set(key, value).map_err(|cause| format!("option `{key}`: {cause}"))?;
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "engines" => self.engines = Some(texts(value)?),
            "ulp" => self.ulp = value.parse().map_err(|_| format!("`{value}` is not a count"))?,
            "overflow_checks" => {
                self.overflow_checks = Some(value.parse().map_err(|_| format!("`{value}` is not a bool"))?);
            }
            "dtypes" => {
                self.dtypes = texts(value)?.iter().map(|name| dtype(name)).collect::<Result<_, _>>()?
            }
            "layouts" => {
                let layouts = texts(value)?;
                self.layouts =
                    layouts.iter().map(|name| Arrangement::named(name)).collect::<Result<_, _>>()?;
            }
            // It tells the judge where answers come from.
            "reference" => {}
            _ => return Err("there is no such option".into()),
        }
        Ok(())
    }
}

fn dtype(name: &str) -> Result<DType, String> {
    let found = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
    found.ok_or_else(|| format!("`{name}` is not a dtype"))
}

/// `["one", "two"]`
fn texts(value: &str) -> Result<Vec<String>, String> {
    let items = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let items = items.ok_or_else(|| format!("`{value}` is not a list on one line"))?;
    let items = items.split(',').map(str::trim).filter(|item| !item.is_empty());
    items
        .map(|item| {
            let text = item.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            text.map(str::to_owned).ok_or_else(|| format!("`{item}` is not a string"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_mistakes_named() {
        let mut options = Options::default();
        options.update("ulp = 2  # tan\nlayouts = [\"C\", \"negative\"]\noverflow_checks = false\n").unwrap();
        assert_eq!((options.ulp, options.overflow_checks), (2, Some(false)));
        assert_eq!(options.layouts, [Arrangement::C, Arrangement::Negative]);
        assert_eq!(options.update("upl = 2"), Err("option `upl`: there is no such option".into()));
        assert!(options.update("dtypes = [\"f64\"]").is_err());
    }
}
