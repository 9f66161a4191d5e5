//! Typing records: their fields by attribute and by key, new arrays of them, and assignments of whole ones.
//!
//! A record is an array of records without dimensions: a view, as NumPy's `void` scalars are. Its fields are views of
//! the same memory, so that what comes behind inference meets arrays of numbers alone.

use super::elementwise::sequence;
use super::subscript::{Subscript, element_value};
use super::tuple::{after, int};
use super::{Body, Typed, allocate, time};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Axis, Element, Expr, ExprKind, Fill, Output, StmtKind, Strided};
use crate::types::{self, ArrayType, DType, Field, Layout, Record, Type};

impl Body<'_, '_> {
    /// The field that a subscript of records names: `a["x"]`, `r[0]`, or the target `r.x`. `None` if it names none.
    pub(super) fn field_subscript(
        &mut self,
        records: &Expr,
        indices: &[hir::Index],
        span: Span,
    ) -> Option<Typed<Subscript>> {
        let Type::Array(ty) = records.ty else { return None };
        let record = ty.record()?;
        let field = match indices {
            [hir::Index::Field(name, place)] => self.field_named(record, name, *place),
            [hir::Index::Expr(hir::Expr { kind: hir::ExprKind::Text(name), span: place })] => {
                self.field_named(record, name, *place)
            }
            [hir::Index::Expr(hir::Expr { kind: hir::ExprKind::Int(index), span: place })]
                if ty.rank == 0 =>
            {
                self.field_at(record, *index, *place)
            }
            _ => return None,
        };
        Some(field.map(|field| {
            let view = self.field(records.clone(), ty, field, span);
            match view.kind {
                ExprKind::Element(element) => Subscript::Element(element),
                _ => Subscript::Part(view),
            }
        }))
    }

    /// `r.x` as a value; `None` if the records have no such field.
    pub(super) fn field_attribute(&mut self, records: &Expr, name: &str, span: Span) -> Option<Expr> {
        let Type::Array(ty) = records.ty else { return None };
        let field = ty.record()?.field(name)?;
        Some(self.field(records.clone(), ty, field, span))
    }

    fn field_named(&mut self, record: Record, name: &str, place: Span) -> Typed<&'static Field> {
        match record.field(name) {
            Some(field) => Ok(field),
            None => self.report(
                Diagnostic::new(Code::NoSuchAttribute, place, format!("no field of name {name}"))
                    .help(format!("the fields are {}", record.field_names())),
            ),
        }
    }

    fn field_at(&mut self, record: Record, index: i128, place: Span) -> Typed<&'static Field> {
        let n = record.fields().len() as i128;
        let from_start = if index < 0 { index + n } else { index };
        match usize::try_from(from_start).ok().and_then(|index| record.fields().get(index)) {
            Some(field) => Ok(field),
            None => self.report(
                Diagnostic::new(Code::WrongRank, place, format!("invalid index ({index})"))
                    .help(format!("the fields are {}", record.field_names())),
            ),
        }
    }

    /// A field of a record: a number, or else a view. Of an array of records, a view of the field of each.
    fn field(&mut self, records: Expr, ty: ArrayType, field: &'static Field, span: Span) -> Expr {
        let view = match records.kind {
            // The field of a part is the part of the field, which can be looked at before the index is known.
            ExprKind::Part(whole, mut axes) => {
                let Type::Array(whole_ty) = whole.ty else {
                    unreachable!("bug in pykernel: a part of no array")
                };
                let whole = self.field(*whole, whole_ty, field, span);
                axes.extend(field.shape.iter().map(|_| Axis::Whole));
                match axes.iter().map(index).collect::<Option<Vec<Expr>>>() {
                    Some(indices) if field.element.scalar().is_some() => {
                        return element_value(Element { array: Box::new(whole), indices }, span);
                    }
                    _ => {
                        let Type::Array(ty) = whole.ty else {
                            unreachable!("bug in pykernel: a field of arrays")
                        };
                        return super::subscript::part(Box::new(whole), ty, axes, span);
                    }
                }
            }
            ExprKind::Strided(strided) => self.field_behind(*strided, ty, field, span),
            kind => {
                let (first, again) = self.twice(Expr { kind, ..records });
                let shape = dimensions(&again, ty.rank, ExprKind::Extent, span);
                let mut strides = dimensions(&again, ty.rank, ExprKind::Stride, span);
                let fastest = match ty.layout {
                    Layout::C => strides.last_mut(),
                    Layout::F => strides.first_mut(),
                    Layout::Any => None,
                };
                // The stride of records side by side is known, and makes indexing them cheap.
                fastest.into_iter().for_each(|stride| *stride = int(ty.element.size() as i128, span));
                let strided = Strided { array: first, offset: int(0, span), shape, strides };
                self.field_behind(strided, ty, field, span)
            }
        };
        match view.ty {
            Type::Array(array) if array.rank == 0 && array.element.scalar().is_some() => {
                element_value(Element { array: Box::new(view), indices: Vec::new() }, span)
            }
            _ => view,
        }
    }

    /// The view of a field of records that are such a view themselves.
    fn field_behind(&mut self, mut records: Strided, ty: ArrayType, field: &Field, span: Span) -> Expr {
        let offset = int(field.offset as i128, span);
        records.offset = super::tuple::arithmetic(crate::ir::BinaryOp::Add, records.offset, offset, span);
        records.shape.extend(field.shape.iter().map(|extent| int(*extent as i128, span)));
        records.strides.extend(field.strides().into_iter().map(|stride| int(stride as i128, span)));
        let (rank, layout) =
            (ty.rank + field.shape.len(), if ty.rank == 0 { Layout::C } else { Layout::Any });
        let ty = ArrayType { element: field.element, rank, layout, readonly: ty.readonly };
        Expr::new(ExprKind::Strided(Box::new(records)), Type::Array(ty), span)
    }

    /// A new array of records, all of whose bytes are 0.
    pub(super) fn new_records(&mut self, record: Record, mut extents: Vec<Expr>, span: Span) -> Expr {
        extents.push(n_words(record, span));
        let words = allocate::allocation(word(record), extents, Fill::Zero, span);
        self.records_of_words(words, record, span)
    }

    /// A copy of records.
    pub(super) fn copied_records(&mut self, records: Expr, record: Record, span: Span) -> Expr {
        let (words, again) = {
            let words = self.words_of(records, record, span);
            self.bind(words)
        };
        let rank = super::advanced::rank_of(&again);
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(again.clone()), axis), Type::INT, span);
        let extents = (0..rank).map(extent).collect();
        let copy = allocate::allocation(word(record), extents, Fill::Copy(again.clone()), span);
        let copy = self.records_of_words(copy, record, span);
        after(vec![words], copy)
    }

    /// Records as numbers: a view with one more dimension, in which each record lies. What becomes of whole records
    /// is done with these.
    pub(super) fn words_of(&mut self, records: Expr, record: Record, span: Span) -> Expr {
        let Type::Array(ty) = records.ty else { unreachable!("bug in pykernel: no array of records") };
        let (first, again) = self.twice(records);
        let mut shape = dimensions(&again, ty.rank, ExprKind::Extent, span);
        let mut strides = dimensions(&again, ty.rank, ExprKind::Stride, span);
        shape.push(n_words(record, span));
        strides.push(int(word(record).size() as i128, span));
        let layout = if ty.rank == 0 { Layout::C } else { Layout::Any };
        let words = ArrayType { readonly: ty.readonly, ..ArrayType::of(word(record), ty.rank + 1, layout) };
        let strided = Strided { array: first, offset: int(0, span), shape, strides };
        Expr::new(ExprKind::Strided(Box::new(strided)), Type::Array(words), span)
    }

    /// The records in a new array of numbers, whose last dimension is one of them.
    pub(super) fn records_of_words(&mut self, words: Expr, record: Record, span: Span) -> Expr {
        let rank = super::advanced::rank_of(&words) - 1;
        let (made, memory) = self.bind(words);
        let shape = dimensions(&memory, rank, ExprKind::Extent, span);
        let strides = dimensions(&memory, rank, ExprKind::Stride, span);
        let element = types::Element::Record(record);
        let ty = Type::Array(ArrayType { element, rank, layout: Layout::C, readonly: false });
        let strided = Strided { array: made, offset: int(0, span), shape, strides };
        Expr::new(ExprKind::Strided(Box::new(strided)), ty, span)
    }

    /// `a[i] = value` of records: others, a tuple with a value for each field, or a number for all.
    pub(super) fn assign_records(
        &mut self,
        part: Expr,
        record: Record,
        value: Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        let mut stmts = Vec::new();
        let value = match value.ty {
            Type::Tuple(_) => {
                let place = value.span;
                let (before, items) = self.set_aside(value);
                stmts.extend(before);
                super::tuple::packed(items, place)
            }
            _ => self.evaluated(value, &mut stmts),
        };
        let target = self.evaluated(part, &mut stmts);
        self.assign_fields(target, record, value, &mut stmts, span)?;
        Ok(sequence(stmts, span))
    }

    /// Sets each field of records that have been evaluated to that of others, to an item of a tuple, or to a number.
    fn assign_fields(
        &mut self,
        target: Expr,
        record: Record,
        value: Expr,
        stmts: &mut Vec<StmtKind>,
        span: Span,
    ) -> Typed<()> {
        let Type::Array(ty) = target.ty else { unreachable!("bug in pykernel: no records are set") };
        let fields = record.fields();
        let items = match &value.ty {
            Type::Array(given) if given.record() == Some(record) => {
                let given = *given;
                fields.iter().map(|field| self.field(value.clone(), given, field, span)).collect()
            }
            Type::Tuple(items) if items.len() == fields.len() => self.items(value),
            ty if ty.dtype().is_some() => vec![value; fields.len()],
            ty => {
                let message = match ty {
                    Type::Tuple(items) => format!(
                        "could not assign tuple of length {} to structure with {} fields.",
                        items.len(),
                        fields.len()
                    ),
                    _ => format!("a record of {} cannot be set to `{ty}`", record.field_names()),
                };
                return self.report(
                    Diagnostic::new(Code::TypeMismatch, value.span, message)
                        .help("give a record with the same fields, or a tuple with a value for each"),
                );
            }
        };
        for (field, item) in fields.iter().zip(items) {
            let part = self.field(target.clone(), ty, field, span);
            match (part.kind, field.element) {
                (ExprKind::Element(element), _) => {
                    let array = *element.array;
                    self.assign_output(Output::given(array), item, stmts, span)?;
                }
                (kind, types::Element::Number(_) | types::Element::Time(_)) => {
                    let part = Expr { kind, ..part };
                    self.assign_output(Output::given(part), item, stmts, span)?;
                }
                (kind, types::Element::Record(inner)) => {
                    let part = Expr { kind, ..part };
                    let part = self.evaluated(part, stmts);
                    self.assign_fields(part, inner, item, stmts, span)?;
                }
            }
        }
        Ok(())
    }

    /// Refuses arrays of records, and times, where only numbers make sense.
    pub(super) fn check_numbers(&mut self, args: &[Expr], what: &str) -> Typed<()> {
        self.check_no_records(args, what)?;
        match args.iter().find(|arg| time::holds_time(&arg.ty)) {
            None => Ok(()),
            Some(arg) => {
                let message = format!("{what} takes numbers, and this is `{}`", arg.ty);
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                        .help("count in a unit: `t / np.timedelta64(1, 's')`, or `t.astype(np.int64)`"),
                )
            }
        }
    }

    /// Refuses arrays of records.
    pub(super) fn check_no_records(&mut self, args: &[Expr], what: &str) -> Typed<()> {
        let is_records = |ty: &Type| matches!(ty, Type::Array(array) if array.record().is_some());
        match args.iter().find(|arg| arg.ty.holds(&is_records)) {
            None => Ok(()),
            Some(arg) => {
                let message = format!("{what} takes numbers, and this is `{}`", arg.ty);
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                        .help("take a field: `a[\"x\"]`, or `a.x`"),
                )
            }
        }
    }
}

/// What is known of each of the first dimensions of an array.
fn dimensions(array: &Expr, rank: usize, kind: fn(Box<Expr>, usize) -> ExprKind, span: Span) -> Vec<Expr> {
    (0..rank).map(|axis| Expr::new(kind(Box::new(array.clone()), axis), Type::INT, span)).collect()
}

/// The largest number of which a record is so many, side by side.
fn word(record: Record) -> DType {
    let words = [DType::UInt64, DType::UInt32, DType::UInt16];
    words.into_iter().find(|word| record.size().is_multiple_of(word.size())).unwrap_or(DType::UInt8)
}

/// How many numbers a record is.
fn n_words(record: Record, span: Span) -> Expr {
    int((record.size() / word(record).size()) as i128, span)
}

/// The index that leaves one place of a dimension.
fn index(axis: &Axis) -> Option<Expr> {
    match axis {
        Axis::Index(index) => Some(index.clone()),
        Axis::Whole | Axis::Slice(_) | Axis::New => None,
    }
}
