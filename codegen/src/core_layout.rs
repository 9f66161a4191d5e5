//! The layouts of gufuncs: `(m,n),(n,p)->(m,p)`.
//!
//! ```text
//! layout    = operands [ "->" operands ]
//! operands  = [ operand { "," operand } ]
//! operand   = "(" [ dimension { "," dimension } ] ")"
//! dimension = ( name | size ) [ "?" | "|1" ]  or, in outputs, a rule such as  m + 2*n - 1
//! ```

use std::ops::Range;

use crate::ufunc::{CoreDimension, CoreLayout, CoreSize};

/// What is wrong with a layout, and where in its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The place, in bytes.
    pub place: Range<usize>,
    /// The cause.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// Reads a layout.
pub fn read(text: &str) -> Result<CoreLayout, Wrong> {
    let mut parser = Parser { text, at: 0 };
    let inputs = parser.operands()?;
    let outputs = match parser.peek() {
        // As Numba writes it where there are only inputs, of which the kernel writes some.
        None if !inputs.is_empty() => Vec::new(),
        _ => {
            parser.expect("->", "write the inputs, an arrow and the outputs: `(m,n),(n)->(m)`")?;
            parser.operands()?
        }
    };
    if parser.peek().is_some() {
        return Err(parser.unexpected("after the outputs nothing follows"));
    }
    let mut building = Building::default();
    for operand in &inputs {
        let dimensions = operand.iter().map(|it| building.of_input(it)).collect::<Result<_, _>>()?;
        building.layout.inputs.push(dimensions);
    }
    building.n_in_inputs = building.layout.dimensions.len();
    for operand in &outputs {
        let dimensions = operand.iter().map(|it| building.of_output(it)).collect::<Result<_, _>>()?;
        building.layout.outputs.push(dimensions);
    }
    if inputs.is_empty() {
        let help = "give it an input, perhaps a scalar one: `()->(n)`";
        return Err(wrong(0..text.len(), "this layout has no input", help));
    }
    Ok(building.layout)
}

fn wrong(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong { place, message: message.into(), help: help.into() }
}

/// A dimension as it is written.
struct Written {
    /// A name or a size, alone; or a rule.
    size: Sum,
    optional: bool,
    broadcastable: bool,
    place: Range<usize>,
    /// Its text, without flags and blanks.
    name: String,
}

/// A constant and multiples of named sizes.
#[derive(Default)]
struct Sum {
    constant: i64,
    terms: Vec<(i64, String, Range<usize>)>,
    /// Whether it is more than one name or one size.
    is_rule: bool,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    /// The next character that is not a blank.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn takes(&mut self, token: &str) -> bool {
        self.peek();
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str, help: &str) -> Result<(), Wrong> {
        if self.takes(token) { Ok(()) } else { Err(self.unexpected(help)) }
    }

    /// That what stands here is not expected.
    fn unexpected(&mut self, help: &str) -> Wrong {
        match self.peek() {
            Some(found) => {
                let message = format!("`{found}` is not expected here in a layout");
                wrong(self.at..self.at + found.len_utf8(), message, help)
            }
            None => wrong(self.at..self.at, "the layout ends too early", help),
        }
    }

    fn operands(&mut self) -> Result<Vec<Vec<Written>>, Wrong> {
        let mut operands = Vec::new();
        if self.peek() != Some('(') {
            return Ok(operands);
        }
        loop {
            operands.push(self.operand()?);
            if !self.takes(",") {
                return Ok(operands);
            }
        }
    }

    fn operand(&mut self) -> Result<Vec<Written>, Wrong> {
        self.expect("(", "write an operand's dimensions in parentheses: `(m,n)`, `()` of a scalar")?;
        let mut dimensions = Vec::new();
        if self.takes(")") {
            return Ok(dimensions);
        }
        loop {
            dimensions.push(self.dimension()?);
            if self.takes(")") {
                return Ok(dimensions);
            }
            self.expect(",", "separate dimensions by commas, and end them with `)`")?;
        }
    }

    fn dimension(&mut self) -> Result<Written, Wrong> {
        self.peek();
        let start = self.at;
        let size = self.sum()?;
        let end = self.at;
        let name = self.text[start..end].split_whitespace().collect();
        let (mut optional, mut broadcastable) = (false, false);
        loop {
            self.peek();
            let at = self.at;
            let flag = match () {
                () if self.takes("?") => &mut optional,
                () if self.takes("|") => {
                    self.expect("1", "a dimension that is broadcast is written `n|1`")?;
                    &mut broadcastable
                }
                () => break,
            };
            if std::mem::replace(flag, true) {
                return Err(wrong(at..self.at, "this flag stands twice", "write it once"));
            }
        }
        let written = Written { size, optional, broadcastable, place: start..end, name };
        if written.optional && written.broadcastable {
            let message = format!("`{}` is both optional and broadcast", written.name);
            return Err(wrong(start..self.at, message, "write `n?` or `n|1`"));
        }
        if written.size.is_rule && (written.optional || written.broadcastable) {
            let help = "only a name or a size has a flag";
            return Err(wrong(start..self.at, "a size rule has no flags", help));
        }
        Ok(written)
    }

    /// Names and sizes, added up.
    fn sum(&mut self) -> Result<Sum, Wrong> {
        let mut sum = Sum::default();
        let mut sign = if self.takes("-") { -1 } else { 1 };
        sum.is_rule = sign < 0;
        loop {
            self.term(sign, &mut sum)?;
            sign = match self.peek() {
                Some('+') => 1,
                Some('-') if !self.text[self.at..].starts_with("->") => -1,
                _ => return Ok(sum),
            };
            self.at += 1;
            sum.is_rule = true;
        }
    }

    /// `n`, `3`, `2*n`, `n*2`.
    fn term(&mut self, sign: i64, sum: &mut Sum) -> Result<(), Wrong> {
        let (mut factor, mut name, mut n_factors) = (sign, None, 0);
        let start = {
            self.peek();
            self.at
        };
        loop {
            self.peek();
            let at = self.at;
            let word = self.word();
            let first = word.chars().next();
            match first {
                Some('0'..='9') => match word.parse::<i64>().ok().and_then(|size| factor.checked_mul(size)) {
                    Some(product) => factor = product,
                    None => {
                        return Err(wrong(at..self.at, format!("`{word}` is not a size"), "write a number"));
                    }
                },
                Some(_) if name.is_none() => name = Some((word.to_owned(), at..self.at)),
                Some(_) => {
                    let help = "a rule adds up numbers and multiples of sizes: `2*m+n-1`";
                    return Err(wrong(start..self.at, "sizes are not multiplied by each other", help));
                }
                None => return Err(self.unexpected("write a name, a size, or a rule such as `m+n-1`")),
            }
            n_factors += 1;
            if !self.takes("*") {
                break;
            }
        }
        sum.is_rule |= n_factors > 1;
        match name {
            Some((name, place)) => sum.terms.push((factor, name, place)),
            None => match sum.constant.checked_add(factor) {
                Some(constant) => sum.constant = constant,
                None => return Err(wrong(start..self.at, "this size is too large", "write a smaller one")),
            },
        }
        Ok(())
    }

    /// The letters, digits and underscores that stand here.
    fn word(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }
}

#[derive(Default)]
struct Building {
    layout: CoreLayout,
    /// How many dimensions the inputs have; those of outputs alone follow.
    n_in_inputs: usize,
}

impl Building {
    fn of_input(&mut self, written: &Written) -> Result<usize, Wrong> {
        if written.size.is_rule {
            let help = "rules stand in outputs; give the dimension a name: `(m),(n)->(m+n-1)`";
            return Err(wrong(written.place.clone(), "an input's dimension is a name or a size", help));
        }
        let before = self.layout.dimensions.len();
        let dimension = self.dimension(written)?;
        let is_known = dimension < before;
        if is_known && self.layout.dimensions[dimension].broadcastable != written.broadcastable {
            let message = format!("`{}` is broadcast in one input and not in another", written.name);
            let help = format!("write `{0}|1` in each input, or `{0}`", written.name);
            return Err(wrong(written.place.clone(), message, help));
        }
        Ok(dimension)
    }

    fn of_output(&mut self, written: &Written) -> Result<usize, Wrong> {
        if written.size.is_rule {
            return self.rule(written);
        }
        let dimension = self.dimension(written)?;
        if dimension >= self.n_in_inputs && (written.optional || written.broadcastable) {
            let message = format!("`{}` is in no input", written.name);
            let help = "only what inputs have can be left out or broadcast";
            return Err(wrong(written.place.clone(), message, help));
        }
        Ok(dimension)
    }

    /// The dimension of this name, which is perhaps new.
    fn dimension(&mut self, written: &Written) -> Result<usize, Wrong> {
        if let Some(known) = self.layout.dimensions.iter().position(|it| it.name == written.name) {
            if self.layout.dimensions[known].optional == written.optional {
                return Ok(known);
            }
            let (was, is) = if written.optional { ("without", "with") } else { ("with", "without") };
            let message = format!("`{}` stands {is} `?` here, and {was} it before", written.name);
            return Err(wrong(written.place.clone(), message, "write `?` everywhere or nowhere"));
        }
        let size = match written.size.terms.is_empty() {
            true if written.size.constant == 0 => {
                let help = "a fixed size is at least 1";
                return Err(wrong(written.place.clone(), "a core dimension of size 0", help));
            }
            true => CoreSize::Fixed(written.size.constant),
            false => CoreSize::Operands,
        };
        let (optional, broadcastable) = (written.optional, written.broadcastable);
        let name = written.name.clone();
        self.layout.dimensions.push(CoreDimension { name, size, optional, broadcastable });
        Ok(self.layout.dimensions.len() - 1)
    }

    /// The dimension of a size rule.
    fn rule(&mut self, written: &Written) -> Result<usize, Wrong> {
        if let Some(known) = self.layout.dimensions.iter().position(|it| it.name == written.name) {
            return Ok(known);
        }
        let mut terms = Vec::new();
        for (factor, name, place) in &written.size.terms {
            let of_inputs = &self.layout.dimensions[..self.n_in_inputs];
            match of_inputs.iter().position(|it| it.name == *name) {
                Some(of) if of_inputs[of].optional => {
                    let message = format!("`{name}` may be left out, and has no size then");
                    return Err(wrong(place.clone(), message, "take a dimension that is always there"));
                }
                Some(of) => terms.push((*factor, of)),
                None => {
                    let message = format!("no input has a dimension `{name}`");
                    return Err(wrong(place.clone(), message, "a rule adds up sizes of the inputs"));
                }
            }
        }
        let size = CoreSize::Rule { constant: written.size.constant, terms };
        let name = written.name.clone();
        self.layout.dimensions.push(CoreDimension { name, size, optional: false, broadcastable: false });
        Ok(self.layout.dimensions.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_written_as_they_are_read() {
        for text in [
            "()->()",
            "(n)->()",
            "(n)->(),()",
            "(m,n),(n,p)->(m,p)",
            "(m?,n),(n,p?)->(m?,p?)",
            "(3),(3)->(3)",
            "(n|1),(n|1)->()",
            "(n)->(k)",
            "(m),(n)->(m+n-1)",
            "(n),(n)",
            "(n)->(2*n,n*3-2)",
            "(größe)->()",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        let blanks = read(" ( m , 3 ) -> ( m + 2 * m - 1 ) ").unwrap();
        assert_eq!(blanks.to_string(), "(m,3)->(m+2*m-1)");
        let rule = CoreSize::Rule { constant: -1, terms: vec![(1, 0), (2, 0)] };
        assert_eq!(blanks.dimensions[2].size, rule);
        assert_eq!(read("(n|1),(n|1)->(n)").unwrap().outputs, [[0]]);
        assert_eq!(read("(n),()").unwrap(), read("(n),()->").unwrap());
        let new = read("(n)->(k),(k)").unwrap();
        assert_eq!((new.dimensions.len(), &new.dimensions[1].size), (2, &CoreSize::Operands));
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (text, place, message) in [
            ("", "", "the layout ends too early"),
            ("n->()", "n", "`n` is not expected here"),
            ("(n->()", "-", "`-` is not expected here"),
            ("(n),->()", "-", "`-` is not expected here"),
            ("(n)->() x", "x", "`x` is not expected here"),
            ("(n,)->()", ")", "`)` is not expected here"),
            ("(n)->(),", "", "the layout ends too early"),
            ("(n??)->()", "?", "this flag stands twice"),
            ("(n|1|1)->()", "|1", "this flag stands twice"),
            ("(n|2)->()", "2", "`2` is not expected here"),
            ("(n?|1)->()", "n?|1", "both optional and broadcast"),
            ("(n?),(n)->()", "n", "`n` stands without `?` here, and with it before"),
            ("(n)->(n?)", "n", "`n` stands with `?` here, and without it before"),
            ("(n|1),(n)->()", "n", "`n` is broadcast in one input and not in another"),
            ("(n+1)->()", "n+1", "an input's dimension is a name or a size"),
            ("(n)->(m+1)", "m", "no input has a dimension `m`"),
            ("(n?)->(n+1)", "n", "`n` may be left out"),
            ("(n)->(n+1?)", "n+1?", "a size rule has no flags"),
            ("(n)->(n*n)", "n*n", "sizes are not multiplied"),
            ("(n)->(k?)", "k", "`k` is in no input"),
            ("(0)->()", "0", "size 0"),
            ("(99999999999999999999)->()", "99999999999999999999", "is not a size"),
            ("->(n)", "->(n)", "no input"),
        ] {
            let wrong = read(text).unwrap_err();
            assert!(wrong.message.contains(message), "{text}: {}", wrong.message);
            assert_eq!(&text[wrong.place], place, "{text}");
        }
    }

    #[test]
    fn any_text_is_a_layout_or_has_a_mistake_in_it() {
        const PIECES: [&str; 18] =
            ["(", ")", ",", "->", "n", "m", "3", "?", "|1", "|", "+", "-", "*", " ", "é", "0", "()", "(n)"];
        // A linear congruential generator; its high bits are the better ones.
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as usize
        };
        let mut n_layouts = 0;
        for _ in 0..20_000 {
            let mut text = ["(m,n),(n,p)->(m,p)", "(n?),(3|1)->()", "(n)->(2*n-1)"][next() % 3].to_owned();
            for _ in 0..next() % 4 {
                let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
                let start = places[next() % places.len()];
                if next() % 2 == 0 && places.len() > 1 {
                    text.remove(start);
                }
                text.insert_str(start, PIECES[next() % PIECES.len()]);
            }
            match read(&text) {
                Ok(layout) => {
                    n_layouts += 1;
                    assert_eq!(read(&layout.to_string()), Ok(layout), "{text}");
                }
                Err(wrong) => assert!(text.get(wrong.place).is_some(), "{text}"),
            }
        }
        assert!(n_layouts > 5_000 && n_layouts < 15_000, "{n_layouts}");
    }
}
