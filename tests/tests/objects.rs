//! What the objects of all transcripts ask of a linker: nothing but the functions that kernels name. All others
//! are compiled with the kernel, so none calls libm, whatever CPU it is for.

use std::fs;
use std::path::Path;

use object::{Object as _, ObjectSymbol as _};

/// The kernels that name functions of C, and which.
const NAMED: [(&str, &str); 8] = [
    ("length", "hypot"),
    ("of", "abs"),
    ("scaled", "hypot"),
    ("scaled", "ldexpf"),
    ("seed", "abs"),
    ("seed", "srand"),
    ("upper", "toupper"),
    ("weak", "fabsf"),
];

/// Whether the kernel of an object names a function.
fn is_named(path: &Path, function: &str) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let kernel = stem.strip_prefix("pyk_").and_then(|stem| stem.rsplit_once('_')).map(|(kernel, _)| kernel);
    NAMED.iter().any(|(of, name)| kernel == Some(of) && function == *name)
}

#[test]
fn objects_import_nothing() {
    let folder = Path::new(env!("OUT_DIR")).join("objects");
    let mut imports = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the build script has written objects") {
        let path = entry.expect("a readable folder").path();
        let bytes = fs::read(&path).expect("a readable object");
        let object = object::File::parse(&*bytes).expect("an object");
        // The first symbol is none, and has no name.
        let undefined = object.symbols().filter(|symbol| symbol.is_undefined());
        let names = undefined.map(|symbol| symbol.name().expect("a name").to_owned());
        let names = names.filter(|name| !name.is_empty() && !is_named(&path, name));
        imports.extend(names.map(|name| format!("{}: {name}", path.display())));
        count += 1;
    }
    assert!(count > 1000, "only {count} objects");
    assert!(imports.is_empty(), "{}", imports.join("\n"));
}
