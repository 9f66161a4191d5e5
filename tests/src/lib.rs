//! The kernels of all transcripts as the build script has compiled and linked them.

include!(concat!(env!("OUT_DIR"), "/linked.rs"));

/// Where the entry with this symbol lies, if it is linked.
pub fn entry(symbol: &str) -> Option<*const u8> {
    let index = ENTRIES.binary_search_by_key(&symbol, |(symbol, _)| symbol).ok()?;
    Some(ENTRIES[index].1 as *const u8)
}
