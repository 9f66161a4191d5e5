//! Does what the build helper of another version would.

fn main() {
    let manifest = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap()).join("manifest");
    std::fs::write(&manifest, "pykernel manifest 0.0.1\nlibrary\tpyk_other_version\n").unwrap();
    println!("cargo::rustc-env=PYKERNEL_MANIFEST={}", manifest.display());
}
