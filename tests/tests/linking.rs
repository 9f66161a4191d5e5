//! Every way in which kernels are linked: the packages of `tests/linking`, built and run as their
//! users do it. Forms that take long are ignored but for `.ci/run`.

mod user;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;
use std::{env, fs};

use user::Workspace;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The sum that `consumer` prints: calls of kernels of two libraries.
const CONSUMER: &str = "consumer: Ok(34.0)\n";

/// What a command prints; it must succeed. What it says besides goes to the test's output.
fn printed(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output()?;
    eprintln!("{command:?}\n{}", String::from_utf8_lossy(&stderr));
    match status.success() {
        true => Ok(String::from_utf8(stdout)?),
        false => Err(format!("{command:?}: {status}\n{}", String::from_utf8_lossy(&stderr)).into()),
    }
}

fn fixture() -> Result<Workspace> {
    Ok(Workspace::open("linking")?)
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The machine's own target, by its name.
fn host() -> Result<String> {
    let said = printed(Command::new("rustc").arg("-vV"))?;
    Ok(said.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?.to_owned())
}

#[test]
fn every_target_has_kernels_of_its_own_and_shared_ones() -> Result<()> {
    let fixture = fixture()?;
    let said = printed(fixture.cargo("test").args(["--workspace", "--all-targets"]))?;
    for line in [
        "test tests::the_library_and_its_tests_have_kernels ... ok",
        "test a_test_has_kernels ... ok",
        "test a_test_needs_no_library ... ok",
        "test development_dependencies_have_kernels ... ok",
        "bench: 51",
    ] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    let said = printed(fixture.cargo("test").args(["--package", "whole", "--doc"]))?;
    assert!(said.contains("2 passed; 0 failed; 0 ignored"), "the README and a doctest:\n{said}");
    for (package, kind, name, expected) in [
        ("whole", "--bin", "one", "one: 18\n"),
        ("whole", "--bin", "two", "two: 28\n"),
        ("whole", "--example", "own", "example: 41\n"),
        ("consumer", "--bin", "consumer", CONSUMER),
        ("only_bin", "--bin", "only_bin", "only_bin: 42\nonly_bin: OverflowError\n"),
        ("checked", "--bin", "checked", "checked: OverflowError\n"),
    ] {
        assert_eq!(printed(fixture.cargo("run").args(["--package", package, kind, name]))?, expected);
    }
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn programs_in_c_link_and_load_libraries_with_kernels() -> Result<()> {
    if !has("cc") {
        println!("skipped: there is no C compiler");
        return Ok(());
    }
    let fixture = fixture()?;
    let out = out_dir(&fixture, "plugin")?;
    let folder = fixture.target.join("debug");
    let shared = folder.join("libplugin.so");
    let run_path = format!("-Wl,-rpath,{}", folder.display());
    let kernels = out.join("libkernels.a").display().to_string();
    let ways: [(&str, &[&str]); 4] = [
        ("shared", &["-L.", "-l:libplugin.so", &run_path, &kernels]),
        ("static", &["-L.", "-l:libplugin.a", "-lgcc_s", "-lpthread", "-ldl"]),
        ("twice", &["-L.", &kernels, "-l:libplugin.a", "-lgcc_s", "-lpthread", "-ldl"]),
        ("loaded", &["-DLOADED", &kernels, "-ldl"]),
    ];
    for (way, args) in ways {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plugin-{way}"));
        let mut cc = Command::new("cc");
        cc.current_dir(&folder).arg(fixture.folder.join("plugin/program.c")).arg("-I").arg(&out).args(args);
        printed(cc.args(["-Wall", "-Werror", "-lm", "-o"]).arg(&program))?;
        let said = printed(Command::new(&program).arg(&shared))?;
        let expected = "Rust: 6 1\nC: 6 0 1 ValueError: x is negative (File \"src/lib.rs\", line ";
        assert!(said.starts_with(expected), "{way}: {said}");
    }
    Ok(())
}

/// Builds a package of a workspace, and says where its build script has left things.
fn out_dir(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    let mut cargo = workspace.cargo("build");
    let said = printed(cargo.args(["--package", package, "--message-format=json"]))?;
    let id = format!("/{package}#");
    let run = said.lines().find(|line| line.contains("build-script-executed") && line.contains(&id));
    let out = run.and_then(|line| line.split("\"out_dir\":\"").nth(1)?.split('"').next());
    Ok(PathBuf::from(out.ok_or("no build script was run")?))
}

/// Builds and runs `consumer` for a target, which gives rustc's flags to the target's crates only.
fn consumer_says(target: &str, flags: &str, last_flags: &[&str]) -> Result<String> {
    let fixture = fixture()?;
    let mut cargo = fixture.cargo("rustc");
    cargo.args(["--package", "consumer", "--bin", "consumer", "--target", target, "--"]).args(last_flags);
    printed(cargo.env("RUSTFLAGS", flags))?;
    printed(&mut Command::new(fixture.target.join(target).join("debug/consumer")))
}

#[test]
fn a_named_target_and_flags_of_rustc_reach_kernels() -> Result<()> {
    let flags = "-Cembed-bitcode=yes -Cpanic=abort -Ccodegen-units=1 -Copt-level=3 -Ctarget-cpu=native";
    assert_eq!(consumer_says(&host()?, flags, &["-Clto=fat"])?, CONSUMER);
    Ok(())
}

#[test]
#[ignore = "takes long"]
fn other_flags_of_rustc_reach_kernels() -> Result<()> {
    let host = host()?;
    assert_eq!(consumer_says(&host, "-Cembed-bitcode=yes", &["-Clto=thin"])?, CONSUMER);
    if host.starts_with("x86_64") {
        assert_eq!(consumer_says(&host, "-Ctarget-feature=+avx2,+fma,+bmi2", &[])?, CONSUMER);
    }
    match has("ld.bfd") {
        true => assert_eq!(
            consumer_says(&host, "-Clink-arg=-fuse-ld=bfd -Clink-arg=-Wl,--fatal-warnings", &[])?,
            CONSUMER
        ),
        false => println!("skipped: there is no GNU ld"),
    }
    Ok(())
}

#[test]
#[ignore = "takes long"]
fn a_target_with_another_libc_has_kernels() -> Result<()> {
    let target = "x86_64-unknown-linux-musl";
    let std = printed(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    if !Path::new(std.trim()).exists() || !host()?.starts_with("x86_64-unknown-linux") {
        println!("skipped: rustc has no std for {target}");
        return Ok(());
    }
    assert_eq!(consumer_says(target, "", &[])?, CONSUMER);
    Ok(())
}

/// The workspace's profile for releases has fat LTO, one codegen unit and no unwinding.
#[test]
#[ignore = "takes long"]
fn releases_have_kernels_and_wrap_unless_asked_to_check() -> Result<()> {
    let fixture = fixture()?;
    let run = |package| printed(fixture.cargo("run").args(["--release", "--package", package]));
    assert_eq!(run("consumer")?, CONSUMER);
    assert_eq!(run("only_bin")?, "only_bin: 42\nonly_bin: 9223372036854775805\n");
    assert_eq!(run("checked")?, "checked: OverflowError\n");
    Ok(())
}

/// A copy of the packages in a folder of that name, which is removed with it. They are of a version
/// of their own, since cargo takes packages of one name and version for the same ones where two
/// workspaces share a target folder.
struct Copy(Workspace);

impl Copy {
    /// `runtime` and `codegen` are the folders of our two packages that users name.
    fn new(name: &str, version: &str, runtime: &Path, codegen: &Path) -> Result<Copy> {
        let (original, folder) = (fixture()?, Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        let _ = fs::remove_dir_all(&folder);
        let copy = Copy(Workspace { target: folder.join("target"), folder });
        let edits = [
            ("../../../runtime", &*runtime.to_string_lossy()),
            ("../../../codegen", &*codegen.to_string_lossy()),
            ("\"0.1.0\"", &format!("{version:?}")),
        ];
        copy_files(&original.folder, &copy.0.folder, &edits)?;
        fs::create_dir_all(&original.target)?;
        // By this name it is another folder for cargo, though the dependencies are there already.
        #[cfg(unix)]
        std::os::unix::fs::symlink(fs::canonicalize(original.target)?, &copy.0.target)?;
        Ok(copy)
    }

    fn write(&self, file: &str, edit: impl Fn(&str) -> String) -> Result<()> {
        let path = self.0.folder.join(file);
        let text = fs::read_to_string(&path)?;
        let edited = edit(&text);
        assert_ne!(text, edited, "{file}");
        Ok(fs::write(path, edited)?)
    }

    /// The objects of a package's kernels, each with the time at which it was written.
    fn objects(&self, package: &str) -> Result<BTreeMap<PathBuf, SystemTime>> {
        let mut objects = BTreeMap::new();
        for entry in fs::read_dir(out_dir(&self.0, package)?.join("pykernel"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "o") {
                let written = fs::metadata(&path)?.modified()?;
                objects.insert(path, written);
            }
        }
        Ok(objects)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0.folder);
    }
}

/// Copies a folder, with edits of its `Cargo.toml` files.
fn copy_files(from: &Path, to: &Path, edits: &[(&str, &str)]) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let copy = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_files(&path, &copy, edits)?;
        } else if path.ends_with("Cargo.toml") {
            let text = fs::read_to_string(&path)?;
            fs::write(copy, edits.iter().fold(text, |text, (old, new)| text.replace(old, new)))?;
        } else {
            fs::copy(&path, copy)?;
        }
    }
    Ok(())
}

/// The files under a folder, each with the time at which it was written.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, SystemTime>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => files(&entry.path(), found)?,
            false => drop(found.insert(entry.path(), entry.metadata()?.modified()?)),
        }
    }
    Ok(())
}

/// A folder of our workspace.
fn ours(folder: &str) -> Result<PathBuf> {
    Ok(fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder))?)
}

#[test]
#[cfg(unix)]
fn odd_paths_are_no_matter_and_the_sources_stay_as_they_are() -> Result<()> {
    let copy = Copy::new("größer & mit Leerzeichen", "0.1.1", &ours("runtime")?, &ours("codegen")?)?;
    printed(&mut copy.0.cargo("generate-lockfile"))?;
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    files(&copy.0.folder, &mut before)?;
    let one = || printed(copy.0.cargo("run").args(["--locked", "--package", "whole", "--bin", "one"]));
    assert_eq!(one()?, "one: 18\n");
    files(&copy.0.folder, &mut after)?;
    assert_eq!(before, after);
    Ok(())
}

#[test]
#[cfg(unix)]
fn an_edited_kernel_is_one_new_object() -> Result<()> {
    let copy = Copy::new("edited", "0.1.2", &ours("runtime")?, &ours("codegen")?)?;
    let before = copy.objects("whole")?;
    assert!(before.len() >= 10, "{before:?}");
    copy.write("whole/src/bin/one.rs", |text| text.replace("{sum}", "{sum}!"))?;
    assert_eq!(copy.objects("whole")?, before, "an edit of Rust alone");
    copy.write("whole/src/bin/one.rs", |text| text.replace("x + 10", "x + 11"))?;
    let after = copy.objects("whole")?;
    let left = before.iter().filter(|(path, written)| after.get(*path) == Some(written));
    assert_eq!((left.count(), after.len()), (before.len() - 1, before.len()), "{before:?}\n{after:?}");
    assert_eq!(printed(copy.0.cargo("run").args(["--package", "whole", "--bin", "one"]))?, "one: 19!\n");
    let mut again = copy.0.cargo("build");
    let said = again.args(["--package", "whole"]).output()?.stderr;
    assert!(!String::from_utf8(said)?.contains("Compiling"), "nothing is left to do");
    Ok(())
}

/// cargo does not watch a folder that is not there.
#[test]
#[cfg(unix)]
fn kernels_in_a_new_folder_are_an_error_that_says_the_way_out() -> Result<()> {
    let copy = Copy::new("new-folder", "0.1.4", &ours("runtime")?, &ours("codegen")?)?;
    let run = |command: &str, args: &[&str]| {
        copy.0.cargo(command).args(["--package", "only_bin"]).args(args).output()
    };
    assert!(run("build", &[])?.status.success());
    let package = copy.0.folder.join("only_bin");
    fs::create_dir(package.join("examples"))?;
    fs::copy(package.join("src/inner.rs"), package.join("examples/new.rs"))?;
    let edit = |text: &str| {
        text.replace("x * 3", "x * 4") + "\nfn main() {\n    println!(\"{:?}\", thrice(3));\n}\n"
    };
    copy.write("only_bin/examples/new.rs", edit)?;
    let said = String::from_utf8(run("run", &["--example", "new"])?.stderr)?;
    assert!(said.contains("error: the build script has not compiled kernel `thrice`"), "{said}");
    assert!(said.contains("run `touch build.rs` once"), "{said}");
    fs::File::options().append(true).open(package.join("build.rs"))?.set_modified(SystemTime::now())?;
    assert_eq!(String::from_utf8(run("run", &["--example", "new"])?.stdout)?, "Ok(12)\n");
    Ok(())
}

#[test]
#[ignore = "takes long"]
fn published_packages_hold_all_that_they_need() -> Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("published");
    let _ = fs::remove_dir_all(&folder);
    let ours = Workspace { folder: ours("")?, target: folder.clone() };
    let names = [
        "pykernel-abi",
        "pykernel-codegen",
        "pykernel-macros",
        "pykernel-routines",
        "pykernel",
        "pykernel-cli",
    ];
    let mut cargo = ours.cargo("package");
    printed(
        cargo.args(["--no-verify", "--allow-dirty"]).args(names.map(|name| format!("--package={name}"))),
    )?;
    let packages = folder.join("package");
    let unpacked = |name: &str| packages.join(format!("{name}-{}", env!("CARGO_PKG_VERSION")));
    let mut patch = String::from("\n[patch.crates-io]\n");
    for name in names {
        let archive = unpacked(name).display().to_string() + ".crate";
        printed(Command::new("tar").args(["-xzf", &archive, "-C"]).arg(&packages))?;
        patch += &format!("{name} = {{ path = {:?} }}\n", unpacked(name));
    }
    let copy = Copy::new("from-published", "0.1.3", &unpacked("pykernel"), &unpacked("pykernel-codegen"))?;
    copy.write("Cargo.toml", |text| text.to_owned() + &patch)?;
    let run = printed(copy.0.cargo("run").args(["--package", "consumer"]));
    fs::remove_dir_all(folder)?;
    assert_eq!(run?, CONSUMER);
    Ok(())
}
