//! What the package's build script has compiled.

use std::env;
use std::fs;

use pykernel_codegen::interface::Interface;
use pykernel_codegen::kernels;
use pykernel_codegen::manifest::{self, Manifest};
use pykernel_codegen::symbol::Package;

use crate::report::{self, Error};
use crate::source::Text;

/// The build script's work.
pub struct Built {
    package: Package,
    /// `None` when there was no build script, or one of another version or package.
    manifest: Option<Manifest>,
}

impl Built {
    /// Finds it, for the package that is being compiled.
    pub fn find() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        let package = Package { name: variable("CARGO_PKG_NAME"), version: variable("CARGO_PKG_VERSION") };
        let text = env::var_os(manifest::VARIABLE).and_then(|path| fs::read_to_string(path).ok());
        // A cargo that runs inside another's build or test inherits the variable of that package.
        let manifest = text
            .and_then(|text| Manifest::from_text(&text))
            .filter(|manifest| manifest.library == package.library());
        Built { package, manifest }
    }

    /// The package.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The library with its kernels.
    pub fn library(&self) -> String {
        self.package.library()
    }

    /// What the build script has written down.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The folder of kernel files.
    pub fn folder(&self) -> &str {
        self.manifest.as_ref().map_or(kernels::FOLDER, |manifest| &manifest.folder)
    }

    /// The stubs that do not stand beside their kernel files.
    pub fn stubs(&self) -> &[String] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.stubs)
    }

    /// What keeps the kernels of a text from being called.
    pub fn errors(&self, text: &Text, interface: &Interface) -> Vec<Error> {
        let Some(manifest) = &self.manifest else {
            return match interface.kernels.as_slice() {
                [] => Vec::new(),
                [first, ..] => vec![text.error(first.span, report::no_build_script(&self.package.name))],
            };
        };
        let missing = interface
            .kernels
            .iter()
            .filter(|kernel| !kernel.overloads.iter().all(|overload| manifest.has(&overload.symbol)));
        missing.map(|kernel| text.error(kernel.span, report::not_compiled(&kernel.name))).collect()
    }
}
