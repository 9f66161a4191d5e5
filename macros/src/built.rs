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
    manifest: Result<Manifest, Missing>,
}

/// Why there is nothing that kernels can be held against.
enum Missing {
    /// No build script has compiled this package's kernels.
    BuildScript,
    /// The build script has a compiler of this version, which is not ours.
    Version(String),
}

impl Built {
    /// Finds it, for the package that is being compiled.
    pub fn find() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        let package = Package { name: variable("CARGO_PKG_NAME"), version: variable("CARGO_PKG_VERSION") };
        let manifest = read(&package);
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
        self.manifest.as_ref().ok()
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
        let first = interface.kernels.first();
        let manifest = match &self.manifest {
            Ok(manifest) => manifest,
            Err(missing) => {
                return first.map(|it| text.error(it.span, self.explain(missing))).into_iter().collect();
            }
        };
        let missing = interface.kernels.iter().filter(|kernel| {
            !kernel.overloads.iter().all(|overload| manifest.overload(&overload.symbol).is_some())
        });
        missing.map(|kernel| text.error(kernel.span, report::not_compiled(&kernel.name))).collect()
    }

    /// Fills in what only the build knows of kernels: which loops raise.
    pub fn complete(&self, interface: &mut Interface) {
        let overloads = interface.kernels.iter_mut().flat_map(|kernel| &mut kernel.overloads);
        for overload in overloads {
            if let Some(compiled) = self.manifest().and_then(|manifest| manifest.overload(&overload.symbol)) {
                overload.raises = compiled.raises;
            }
        }
    }

    fn explain(&self, missing: &Missing) -> String {
        match missing {
            Missing::BuildScript => report::no_build_script(&self.package.name),
            Missing::Version(other) => report::other_version(&self.package.name, other),
        }
    }
}

/// Reads what the build script of a package has left.
fn read(package: &Package) -> Result<Manifest, Missing> {
    let text = env::var_os(manifest::VARIABLE).and_then(|path| fs::read_to_string(path).ok());
    let text = text.ok_or(Missing::BuildScript)?;
    match (Manifest::from_text(&text), manifest::version(&text)) {
        // A cargo that runs inside another's build or test inherits the variable of that package.
        (Some(manifest), _) if manifest.library == package.library() => Ok(manifest),
        (None, Some(version)) if version != manifest::VERSION => Err(Missing::Version(version.to_owned())),
        _ => Err(Missing::BuildScript),
    }
}
