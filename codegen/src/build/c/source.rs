//! Compiles the C that kernels call. Its objects lie in the library with the kernels' own.

use std::fs;
use std::path::Path;

use super::super::directives::Directive;
use super::super::job::Job;

/// What a build script asks for, and how it is compiled.
#[derive(Clone, Debug, Default)]
pub(in crate::build) struct Sources {
    /// The files, from the package's root.
    pub(in crate::build) files: Vec<String>,
    /// The machine that compiles, as rustc names it.
    pub(in crate::build) host: String,
    /// The profile's `opt-level`.
    pub(in crate::build) opt_level: String,
}

/// The variables of the environment that choose the compiler and its options.
const VARIABLES: [&str; 3] = ["CC", "CFLAGS", "AR"];

/// What cargo must watch: the files, and the folders that they stand in, for what they include.
pub(in crate::build) fn watched(sources: &Sources) -> Vec<Directive> {
    if sources.files.is_empty() {
        return Vec::new();
    }
    let folder = |file: &String| Path::new(file).parent()?.to_str().map(str::to_owned);
    let folders = sources.files.iter().filter_map(folder).filter(|folder| !folder.is_empty());
    let paths = sources.files.iter().cloned().chain(folders).map(Directive::RerunIfChanged);
    paths.chain(VARIABLES.map(Directive::RerunIfVariableChanged)).collect()
}

/// The objects: their names in the library and their bytes.
pub(in crate::build) fn compile(job: &Job) -> Result<Vec<(String, Vec<u8>)>, String> {
    let Sources { files, host, opt_level } = &job.c.sources;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(missing) = files.iter().find(|file| !job.root.join(file).is_file()) {
        return Err(format!("there is no C file `{missing}`\nhelp: its path is from the package's root"));
    }
    let mut build = cc::Build::new();
    build.target(&job.triple).host(host).opt_level_str(opt_level).debug(job.debug);
    build.out_dir(job.out.with_file_name("pykernel-c")).cargo_metadata(false);
    build.files(files.iter().map(|file| job.root.join(file)));
    let objects = build
        .try_compile_intermediates()
        .map_err(|error| format!("cannot compile {}: {error}", files.join(", ")))?;
    let member = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        Ok((name, bytes))
    };
    objects.iter().map(member).collect()
}
