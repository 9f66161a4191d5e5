//! What the tests share: a device's memory with typed arrays, parameters, and kernels in few words.
#![allow(dead_code, reason = "each test program uses a part")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use ptx_machine::{Fault, Launch, Memory, Module, Report, launch};

/// Values that lie in memory.
pub trait Element: Copy {
    fn bytes(self) -> Vec<u8>;
    fn from_slice(bytes: &[u8]) -> Self;
}

macro_rules! elements {
    ($($t:ty),*) => {$(
        impl Element for $t {
            fn bytes(self) -> Vec<u8> { self.to_le_bytes().to_vec() }
            fn from_slice(bytes: &[u8]) -> Self { <$t>::from_le_bytes(bytes.try_into().unwrap()) }
        }
    )*};
}
elements!(u8, u16, u32, u64, i32, i64, f32, f64);

/// Puts an array into memory.
pub fn upload<T: Element>(memory: &mut Memory, values: &[T]) -> u64 {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.bytes()).collect();
    let address = memory.allocate(bytes.len() as u64, 256).unwrap();
    memory.write(address, &bytes).unwrap();
    address
}

/// Takes an array out of memory.
pub fn download<T: Element>(memory: &mut Memory, address: u64, count: usize) -> Vec<T> {
    let mut bytes = vec![0; count * size_of::<T>()];
    memory.read(address, &mut bytes).unwrap();
    bytes.chunks(size_of::<T>()).map(T::from_slice).collect()
}

/// A block of parameters, each aligned to its size.
pub struct Parameters(pub Vec<u8>);

impl Parameters {
    pub fn new() -> Parameters {
        Parameters(Vec::new())
    }

    pub fn with<T: Element>(mut self, value: T) -> Parameters {
        self.0.resize(self.0.len().next_multiple_of(size_of::<T>()), 0);
        self.0.extend(value.bytes());
        self
    }
}

/// A module with the usual registers and one kernel `k(.param .u64 out)`, whose address is in `%out`.
pub fn kernel(body: &str) -> String {
    format!(
        ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u64 out) {{\n\
         .reg .pred %p<10>; .reg .b16 %h<10>; .reg .b32 %r<20>; .reg .f32 %f<10>; .reg .f64 %d<10>; .reg .b64 %rd<10>; \
         .reg .b64 %out; ld.param.u64 %out, [out];\n{body}\nret;\n}}\n"
    )
}

/// Writes the text to `PTX_TEXTS/accepted` or `PTX_TEXTS/refused` if that variable names a folder, for ptxas to judge too.
pub fn keep(text: &str, verdict: &str) {
    if let Ok(folder) = std::env::var("PTX_TEXTS") {
        let name = text.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let folder = format!("{folder}/{verdict}");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name:016x}.ptx"), text).unwrap();
    }
}

/// Parses the text and runs its kernel `k` over 1024 bytes, all zero, whose address is the only parameter.
pub fn run(text: &str, with: &Launch) -> Result<(Vec<u8>, Report), Fault> {
    keep(text, "accepted");
    let module = Module::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut memory = Memory::new();
    let out = upload(&mut memory, &[0_u8; 1024]);
    let report = launch(&module, "k", with, &out.to_le_bytes(), &mut memory)?;
    Ok((download(&mut memory, out, 1024), report))
}

/// The first value that one thread stores to `[%out]`.
pub fn value<T: Element>(body: &str) -> T {
    let (bytes, _) = run(&kernel(body), &Launch::default()).unwrap_or_else(|fault| panic!("{fault}\n{body}"));
    T::from_slice(&bytes[..size_of::<T>()])
}
