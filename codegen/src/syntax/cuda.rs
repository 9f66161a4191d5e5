//! `@cuda.jit`: what its arguments declare.

use ruff_python_ast::{self as ast, Arguments, Expr, StmtFunctionDef};

use super::options::{Wrong, wrong};
use super::signature::Declared;
use super::{Reader, unsupported};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Device, ErrorModel, ExprKind, LaunchBounds, Signature};
use crate::ir::threads::MOST_THREADS;
use crate::spelling::closest;
use crate::types::Type;

/// The options of `@cuda.jit`, for suggestions.
const OPTIONS: &[&str] = &[
    "boundscheck",
    "cache",
    "debug",
    "device",
    "error_model",
    "fastmath",
    "forceinline",
    "func_or_sig",
    "inline",
    "launch_bounds",
    "lineinfo",
    "max_registers",
    "opt",
];

/// The most registers that a thread can have (CUDA C++ Programming Guide, compute capabilities).
const MOST_REGISTERS: i128 = 255;

impl Reader<'_> {
    /// The arguments of `@cuda.jit(…)`.
    pub(super) fn cuda(&mut self, arguments: Option<&Arguments>) -> Option<Declared> {
        let mut declared =
            Declared { device: Some(Device::Kernel(LaunchBounds::default())), ..Declared::default() };
        let (args, keywords) =
            arguments.map_or((&[][..], &[][..]), |arguments| (&*arguments.args, &*arguments.keywords));
        let mut fits = true;
        for (index, argument) in args.iter().enumerate() {
            if index > 0 {
                let span = self.span(argument);
                self.report(
                    Diagnostic::new(Code::BadSignature, span, "`@cuda.jit` takes one positional argument")
                        .help("put several signatures into a list; give options by name"),
                );
                return None;
            }
            fits &= self.signatures(argument, &mut declared.signatures);
        }
        for keyword in keywords {
            fits &= match keyword.arg.as_ref().map(ast::Identifier::as_str) {
                Some("func_or_sig") => self.signatures(&keyword.value, &mut declared.signatures),
                Some(name) => self.cuda_option(name, keyword, &mut declared),
                None => {
                    let span = self.span(keyword);
                    self.report(unsupported("`**` in a decorator", span, "write the options out"));
                    false
                }
            };
        }
        declared.options.error_model.get_or_insert(ErrorModel::NumPy);
        fits.then_some(declared)
    }

    /// Reads one option; false if it is wrong.
    fn cuda_option(&mut self, name: &str, keyword: &ast::Keyword, declared: &mut Declared) -> bool {
        match self.known_cuda_option(name, &keyword.value, declared) {
            Ok(()) => true,
            Err(Wrong { message, help }) => {
                let span = self.span(keyword);
                self.report(Diagnostic::new(Code::UnknownOption, span, message).help(help));
                false
            }
        }
    }

    fn known_cuda_option(&mut self, name: &str, value: &Expr, declared: &mut Declared) -> Result<(), Wrong> {
        match name {
            "device" => {
                if self.switch(name, value)? {
                    declared.device = Some(Device::Function);
                }
                Ok(())
            }
            // They say how Numba compiles; what a kernel computes is the same.
            "lineinfo" | "opt" => self.switch(name, value).map(drop),
            "max_registers" => {
                let most = self.bound(name, value, MOST_REGISTERS)?;
                self.with_bounds(declared, |bounds| bounds.registers = Some(most));
                Ok(())
            }
            "launch_bounds" => self.launch_bounds(value, declared),
            "boundscheck" | "cache" | "debug" | "error_model" | "fastmath" | "forceinline" | "inline" => {
                self.known_option(name, value, declared)
            }
            _ => {
                let help = closest(name, OPTIONS.iter().copied())
                    .map_or("remove it".to_owned(), |similar| format!("did you mean `{similar}`?"));
                wrong(format!("`@cuda.jit` has no option `{name}`"), help)
            }
        }
    }

    /// `launch_bounds=threads`, `launch_bounds=(threads, blocks)`.
    fn launch_bounds(&mut self, value: &Expr, declared: &mut Declared) -> Result<(), Wrong> {
        let items = match value {
            Expr::Tuple(tuple) => tuple.elts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let [threads, blocks @ ..] = items else { return wrong_bounds() };
        let most = self.bound("launch_bounds", threads, MOST_THREADS)?;
        self.with_bounds(declared, |bounds| bounds.threads = Some(most));
        match blocks {
            [] => Ok(()),
            [blocks] => {
                let fewest = self.bound("launch_bounds", blocks, i128::from(u16::MAX))?;
                self.with_bounds(declared, |bounds| bounds.blocks = Some(fewest));
                Ok(())
            }
            _ => wrong_bounds(),
        }
    }

    fn with_bounds(&self, declared: &mut Declared, set: impl FnOnce(&mut LaunchBounds)) {
        if let Some(Device::Kernel(bounds)) = &mut declared.device {
            set(bounds);
        }
    }

    /// A constant between 1 and the most that a device has.
    fn bound(&mut self, name: &str, value: &Expr, most: i128) -> Result<u32, Wrong> {
        match super::function::Scope::new(self).expr(value).kind {
            ExprKind::Int(bound) if (1..=most).contains(&bound) => Ok(bound as u32),
            _ => {
                wrong(format!("`{name}` is a number from 1 to {most}"), "write it as a literal or a constant")
            }
        }
    }

    /// Whether a kernel that the host launches is declared as one: with types, and without a result.
    pub(super) fn is_launchable(&mut self, def: &StmtFunctionDef, declared: &Declared) -> bool {
        let Some(Device::Kernel(_)) = declared.device else { return true };
        let name = self.span(&def.name);
        if declared.signatures.is_empty() {
            let message = format!("`{}` is launched by the host, and has no types", def.name.as_str());
            self.report(Diagnostic::new(Code::BadSignature, name, message).help(
                "declare them: `@cuda.jit('void(float64[:], int64)')`; or write `device=True` if only kernels call it",
            ));
            return false;
        }
        let returns = |signature: &&Signature| signature.result.as_ref().is_some_and(|ty| *ty != Type::None);
        match declared.signatures.iter().find(returns) {
            None => true,
            Some(signature) => {
                let message = format!("`{}` is launched by the host, and returns nothing", def.name.as_str());
                self.report(
                    Diagnostic::new(Code::BadSignature, signature.span, message)
                        .help("declare `void(…)`, and write what it computes into an array"),
                );
                false
            }
        }
    }
}

fn wrong_bounds() -> Result<(), Wrong> {
    wrong(
        "`launch_bounds` is a number of threads, or a tuple of that and a number of blocks",
        "write `launch_bounds=256`",
    )
}
