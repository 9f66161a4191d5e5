use pykernel_codegen::{
    analysis::analyse,
    ir,
    passes::{self, Options},
    source::Source,
    symbol::Package,
};
fn main() {
    let file = std::env::args().nth(1).unwrap();
    let bits: u32 = std::env::args().nth(2).map_or(256, |b| b.parse().unwrap());
    let text = std::fs::read_to_string(&file).unwrap();
    let source = Source::file(file, &text);
    let analysis = analyse(&source, &Package { name: "c".into(), version: "0".into() });
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let overloads = analysis.interface.kernels.iter().flat_map(|kernel| &kernel.overloads);
    let entries: Vec<ir::FunctionId> = overloads.map(|overload| overload.function).collect();
    let (m, v) = passes::run_with_report(
        analysis.module,
        &entries,
        Options { overflow_checks: false, lanes: Some(bits) },
    );
    print!("{}", ir::print::print(&m));
    for v in v {
        println!("{}: line {}: {:?}", v.function, source.line(v.span.start), v.outcome);
    }
}
