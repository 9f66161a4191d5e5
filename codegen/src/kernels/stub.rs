//! Which stub belongs to a kernel file.
//!
//! `kernels/finance.pyi` belongs to `kernels/finance.py`. A stub elsewhere, which the build script
//! names, belongs to the kernel files of its own name; where several have it, the folders tell them
//! apart: the more of them are the same, counted from the file, the better a stub fits.

use super::Refused;

/// The stub's path beside a kernel file: `kernels/x.pyi` for `kernels/x.py`.
pub fn beside(path: &str) -> Option<String> {
    path.ends_with(".py").then(|| format!("{path}i"))
}

/// The stub among some that fits a kernel file best.
pub fn named<'a>(stubs: &'a [String], path: &str) -> Option<&'a str> {
    let wanted = beside(path)?;
    let fit = |stub: &str| stub.rsplit('/').zip(wanted.rsplit('/')).take_while(|(a, b)| a == b).count();
    let best = stubs.iter().rev().max_by_key(|stub| fit(stub))?;
    (fit(best) > 0).then_some(best)
}

/// Refuses a stub in a folder of kernel files that is beside none.
pub(super) fn check_belong(folder: &str, names: &[String]) -> Result<(), Box<Refused>> {
    let has = |name: &str| names.iter().any(|other| other == name);
    match names
        .iter()
        .find(|name| name.strip_suffix('i').is_some_and(|file| file.ends_with(".py") && !has(file)))
    {
        None => Ok(()),
        Some(name) => {
            let path = format!("{folder}/{name}");
            let message = format!("the stub `{path}` belongs to no kernel file");
            let help = format!(
                "name it like the file beside it, or move it and name it in the build script: `Build::new().stub(\"{name}\")`"
            );
            Err(Refused::path(&path, message, help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_belongs_to_the_file_of_its_name_and_folders() {
        let stubs = ["stubs/x.pyi", "stubs/a/x.pyi", "stubs/b/x.pyi", "y.pyi"].map(str::to_owned);
        let of = |path| named(&stubs, path);
        assert_eq!(of("kernels/a/x.py"), Some("stubs/a/x.pyi"));
        assert_eq!(of("kernels/b/x.py"), Some("stubs/b/x.pyi"));
        assert_eq!(of("kernels/x.py"), Some("stubs/x.pyi"));
        assert_eq!(of("kernels/y.py"), Some("y.pyi"));
        assert_eq!(of("kernels/xx.py"), None);
        assert_eq!(of("src/lib.rs"), None);
        assert_eq!(beside("kernels/x.py").as_deref(), Some("kernels/x.pyi"));
    }
}
