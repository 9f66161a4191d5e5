//! The types of webs, found step by step.

use super::promote::{Definition, Meeting};
use super::{Diagnostic, Span};
use crate::diagnostic::Code;
use crate::types::Type;

/// A web as far as it is known.
#[derive(Debug)]
pub(super) struct WebTypes {
    /// What each assignment gives, once that is known, and where.
    definitions: Vec<Option<(Definition, Span)>>,
    meeting: Meeting,
    /// The common type of the definitions that are known. Where they do not go together it is
    /// that of some of them, until the mistake is reported.
    pub(super) ty: Option<Type>,
    /// Whether they do not go together, which is reported in the end.
    pub(super) conflicts: bool,
}

impl WebTypes {
    pub(super) fn new(n_definitions: usize) -> Self {
        WebTypes {
            definitions: vec![None; n_definitions],
            meeting: Meeting::default(),
            ty: None,
            conflicts: false,
        }
    }

    /// Notes what an assignment gives; whether that is new.
    pub(super) fn define(&mut self, index: usize, definition: Definition, span: Span) -> bool {
        let slot = &mut self.definitions[index];
        let old = slot.take().map(|(definition, _)| definition);
        let is_new = old.as_ref() != Some(&definition);
        if is_new {
            self.meeting.exchange(old.as_ref(), &definition);
            let joined = self.meeting.join();
            self.conflicts = joined.is_err();
            self.ty = Some(joined.unwrap_or_else(|(some, _)| some));
        }
        *slot = Some((definition, span));
        is_new
    }

    /// What an assignment gives, as far as it is known.
    pub(super) fn type_of(&self, index: usize) -> Option<&Type> {
        self.definitions[index].as_ref().map(|((ty, _), _)| ty)
    }

    /// The first literal of Python's `int` among the definitions, and where it is assigned.
    pub(super) fn literal(&self) -> Option<(i128, Span)> {
        self.definitions.iter().flatten().find_map(|((_, literal), span)| Some(((*literal)?, *span)))
    }

    /// What is wrong if the definitions do not go together.
    pub(super) fn conflict(&self, name: &str) -> Option<Diagnostic> {
        let known: Vec<(Definition, Span)> = self.definitions.iter().flatten().cloned().collect();
        let (a, b) = if known.is_empty() { return None } else { self.meeting.join().err()? };
        Some(conflict(&known, &format!("`{name}`"), &a, &b))
    }
}

/// Says that definitions of two types meet, at the later one.
pub(super) fn conflict(definitions: &[(Definition, Span)], what: &str, a: &Type, b: &Type) -> Diagnostic {
    let place = |ty: &Type| definitions.iter().rev().find(|((t, _), _)| t == ty).map(|(_, span)| *span);
    let (a, b) = if place(a) > place(b) { (b, a) } else { (a, b) };
    let here = place(b).unwrap_or_default();
    let message = format!("{what} would be `{a}` on one path and `{b}` on another");
    let diagnostic = Diagnostic::new(Code::TypeMismatch, here, message)
        .label(format!("`{b}` here"))
        .help("convert one of them to the other's type, or use two names");
    match place(a) {
        Some(span) => diagnostic.note_at(span, format!("`{a}` here")),
        None => diagnostic,
    }
}
