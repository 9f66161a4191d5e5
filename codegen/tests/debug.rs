//! What debuggers, profilers and backtraces read of a kernel, in a program that rustc has linked.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, io};

use gimli::read::UnwindSection as _;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};
use pykernel_codegen::analysis::{Analysis, analyse};
use pykernel_codegen::backend::{self, Origin, Target};
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

const KERNELS: &str = "\
from numba import njit

@njit
def polynomial(x: float, n: int) -> float:
    result = 0.0
    for i in range(n):
        result = result * x
        result = result + 1.0
    return result

@njit
def factorial(n: int) -> int:
    if n < 2:
        return n * n
    return n * factorial(n - 1)

@njit
def rounded(x: float) -> float:
    return x // 2.0
";

const PROGRAM: &str = r#"
unsafe extern "C" {
    #[link_name = "@polynomial"]
    fn polynomial(x: f64, n: i64, result: *mut f64, raised: *mut u64) -> i32;
    #[link_name = "@factorial"]
    fn factorial(n: i64, result: *mut i64, raised: *mut u64) -> i32;
    #[link_name = "@rounded"]
    fn rounded(x: f64, result: *mut f64, raised: *mut u64) -> i32;
}

#[inline(never)]
fn calls_kernels() -> (f64, i64) {
    let degree = std::env::args().nth(1).map_or(3, |degree| degree.parse().unwrap());
    let (mut value, mut product, mut raised) = (0.0, 0, [0; 64]);
    unsafe {
        polynomial(2.0, degree, &mut value, raised.as_mut_ptr());
        factorial(5, &mut product, raised.as_mut_ptr());
        // Under its symbol a dispatcher stands, which finds the level 0 in the record.
        let mut half = 0.0;
        rounded(product as f64, &mut half, raised.as_mut_ptr());
        assert_eq!(half, 60.0);
    }
    (value, product)
}

fn main() {
    println!("{:?}", calls_kernels());
}
"#;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A folder with a program, removed with it.
struct Program {
    folder: PathBuf,
    symbols: BTreeMap<String, String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Program {
    /// Compiles the kernels and links them with rustc, and with these arguments for it.
    fn link(name: &str, args: &[&str]) -> Result<Program> {
        let folder = env::temp_dir().join(format!("pykernel-debug-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("kernels"))?;
        let mut program = Program { folder: folder.clone(), symbols: BTreeMap::new() };
        fs::write(folder.join("kernels/poly.py"), KERNELS)?;
        let objects = program.compile(&analyse(&source(), &package()))?;
        let text = program
            .symbols
            .iter()
            .fold(PROGRAM.to_owned(), |text, (name, symbol)| text.replace(&format!("@{name}"), symbol));
        fs::write(folder.join("main.rs"), text)?;
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.args(["-g", "main.rs", "-o", "program", "-Clink-arg=-Wl,-z,text"]).args(args);
        command.args(objects.iter().map(|object| format!("-Clink-arg={object}"))).arg("-Clink-arg=-lm");
        let said = command.current_dir(&folder).output()?;
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        Ok(program)
    }

    fn compile(&mut self, analysis: &Analysis) -> Result<Vec<String>> {
        let (source, folder) = (source(), self.folder.to_string_lossy().into_owned());
        let mut objects = Vec::new();
        for kernel in &analysis.interface.kernels {
            let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
            let ir = passes::run(
                analysis.module.clone(),
                &entries,
                Options { overflow_checks: true, lanes: None },
            );
            let origin = Origin { source: &source, folder: &folder };
            let bytes = backend::object(&[ir.into()], kernel, &Target::host(), Some(origin))?;
            objects.push(format!("{}.o", kernel.name));
            fs::write(self.folder.join(&objects[objects.len() - 1]), bytes)?;
            self.symbols.insert(kernel.name.clone(), kernel.overloads[0].symbol.clone());
        }
        Ok(objects)
    }

    fn path(&self) -> PathBuf {
        self.folder.join("program")
    }

    /// What gdb says to these commands.
    fn gdb(&self, commands: &[&str]) -> io::Result<String> {
        let mut gdb = Command::new("gdb");
        gdb.args(["-batch", "-nx", "-ex", "set debuginfod enabled off"]);
        gdb.args(commands.iter().flat_map(|command| ["-ex", command]));
        let Output { stdout, stderr, .. } = gdb.arg(self.path()).current_dir(&self.folder).output()?;
        Ok(format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }
}

fn source() -> Source {
    Source::file("kernels/poly.py", KERNELS)
}

fn package() -> Package {
    Package { name: "debugged".into(), version: "1.0.0".into() }
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn programs_link_with_each_linker_and_without_text_relocations() -> Result<()> {
    let mut linkers = vec![("default", vec![])];
    match runs("ld.bfd") {
        true => linkers.push(("bfd", vec!["-Clink-arg=-fuse-ld=bfd"])),
        false => println!("skipped: there is no GNU ld"),
    }
    for (name, args) in linkers {
        let program = Program::link(name, &args)?;
        let said = Command::new(program.path()).output()?;
        assert_eq!(String::from_utf8_lossy(&said.stdout), "(7.0, 120)\n", "{name}");
        check_frames(&program, &fs::read(program.path())?)?;
    }
    Ok(())
}

/// Every entry has an unwind table that covers it, and so have its variants.
fn check_frames(program: &Program, bytes: &[u8]) -> Result<()> {
    let file = object::File::parse(bytes)?;
    let section = file.section_by_name(".eh_frame").ok_or("no .eh_frame")?;
    let frames = gimli::EhFrame::new(section.data()?, gimli::LittleEndian);
    let bases = gimli::BaseAddresses::default().set_eh_frame(section.address());
    let is_ours = |name: &str| program.symbols.values().any(|symbol| name.starts_with(symbol.as_str()));
    let mut covered = BTreeSet::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text) {
        let Some(name) = symbol.name().ok().filter(|name| is_ours(name)) else { continue };
        let frame = frames.fde_for_address(&bases, symbol.address(), gimli::EhFrame::cie_from_offset)?;
        assert_eq!((frame.initial_address(), frame.len()), (symbol.address(), symbol.size()), "{name}");
        covered.insert(name);
    }
    assert!(program.symbols.values().all(|symbol| covered.contains(symbol.as_str())));
    let rounded = &program.symbols["rounded"];
    #[cfg(target_arch = "x86_64")]
    assert!(["v1", "v3"].iter().all(|level| covered.contains(format!("{rounded}.{level}").as_str())));
    Ok(())
}

#[test]
fn the_line_table_names_the_lines_of_python() -> Result<()> {
    let program = Program::link("lines", &[])?;
    let bytes = fs::read(program.path())?;
    let units = python_units(&bytes)?;
    let folder = program.folder.display().to_string();
    // One unit an object, one object a kernel. What is computed in one go is on one line.
    let expected = [[4, 5, 6, 7, 9].to_vec(), [12, 13, 14, 15].to_vec(), [18, 19].to_vec()];
    assert_eq!(units.len(), expected.len());
    for lines in expected {
        let unit = ("kernels/poly.py".to_owned(), folder.clone(), BTreeSet::from_iter(lines));
        assert!(units.contains(&unit), "{unit:?} is not in {units:?}");
    }
    Ok(())
}

/// The compile units of Python: name, folder, lines.
fn python_units(bytes: &[u8]) -> Result<Vec<(String, String, BTreeSet<u64>)>> {
    let file = object::File::parse(bytes)?;
    let load = |id: gimli::SectionId| {
        let data = file.section_by_name(id.name()).and_then(|section| section.data().ok());
        Ok::<_, gimli::Error>(gimli::EndianSlice::new(data.unwrap_or(&[]), gimli::LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(load)?;
    let (mut headers, mut units) = (dwarf.units(), Vec::new());
    while let Some(header) = headers.next()? {
        let unit = dwarf.unit(header)?;
        let name = unit.name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(program) = unit.line_program.clone().filter(|_| name.ends_with(".py")) else { continue };
        let folder = unit.comp_dir.map(|folder| folder.to_string_lossy().into_owned());
        let (mut rows, mut lines) = (program.rows(), BTreeSet::new());
        while let Some((_, row)) = rows.next_row()? {
            lines.extend(row.line().map(|line| line.get()));
        }
        units.push((name, folder.unwrap_or_default(), lines));
    }
    Ok(units)
}

#[test]
fn gdb_stops_on_a_line_of_python_and_finds_the_callers() -> Result<()> {
    if !runs("gdb") {
        println!("skipped: there is no gdb");
        return Ok(());
    }
    let program = Program::link("gdb", &[])?;
    let said = program.gdb(&["break poly.py:7", "run", "bt", "next"])?;
    if said.contains("ptrace: Operation not permitted") {
        println!("skipped: gdb may not trace programs here");
        return Ok(());
    }
    assert!(said.contains("polynomial () at kernels/poly.py:7\n7\t        result = result * x\n"), "{said}");
    assert!(said.contains("\n6\t    for i in range(n):\n"), "{said}");
    assert!(said.contains("::calls_kernels () at main.rs:"), "{said}");
    // Five calls of one another, and an entry.
    let said = program.gdb(&["break poly.py:14", "run", "bt"])?;
    let frames = said.lines().filter(|line| line.starts_with('#') && line.contains("factorial ()"));
    assert!(frames.count() >= 5 && said.contains("::calls_kernels () at main.rs:"), "{said}");
    Ok(())
}

#[test]
fn line_tables_are_the_same_bytes_each_time() -> Result<()> {
    let object =
        || fs::read(Program::link("same", &[])?.folder.join("polynomial.o")).map_err(Box::<dyn Error>::from);
    assert_eq!(object()?, object()?);
    Ok(())
}

#[test]
fn addr2line_shows_the_line() -> Result<()> {
    if !runs("addr2line") {
        println!("skipped: there is no addr2line");
        return Ok(());
    }
    let program = Program::link("addr2line", &[])?;
    let bytes = fs::read(program.path())?;
    let file = object::File::parse(&*bytes)?;
    let name = &program.symbols["polynomial"];
    let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name)).ok_or("no symbol")?;
    let address = format!("{:x}", symbol.address());
    let said = Command::new("addr2line").args(["-f", "-e"]).arg(program.path()).arg(address).output()?;
    let file = Path::new(&program.folder).join("kernels/poly.py");
    let expected = format!("{name}\n{}:4\n", file.display());
    assert_eq!(String::from_utf8_lossy(&said.stdout), expected);
    Ok(())
}

#[test]
fn perf_shows_where_the_time_goes_by_lines_of_python() -> Result<()> {
    if !runs("perf") || !runs("objdump") {
        println!("skipped: there is no perf or no objdump");
        return Ok(());
    }
    let program = Program::link("perf", &[])?;
    let perf = |args: &[&str]| Command::new("perf").args(args).current_dir(&program.folder).output();
    let recorded = perf(&["record", "-e", "cpu-clock", "-o", "times", "./program", "100000000"])?;
    if !recorded.status.success() {
        println!("skipped: perf may not record here: {}", String::from_utf8_lossy(&recorded.stderr));
        return Ok(());
    }
    let name = &program.symbols["polynomial"];
    let said = perf(&["annotate", "-i", "times", "--stdio", "--print-line", "-s", name])?;
    let said = String::from_utf8_lossy(&said.stdout);
    assert!(said.contains("poly.py:7") && said.contains("result = result * x"), "{said}");
    Ok(())
}
