//! What kernels print: threads leave which text it is, and its numbers, in memory that their module has on the stream. The
//! host makes texts of them when it waits.

use std::io::Write;
use std::mem::offset_of;

use pykernel_abi::LaunchRecord;

use super::driver::CUdeviceptr;
use super::fault::Templates;
use super::memory::allocate;
use super::{Error, Stream};
use crate::host::printed;

/// How many bytes there are for what the kernels of a module print until the host waits: as many as CUDA's `printf` has.
const ROOM: usize = 1 << 20;

/// Memory for texts, which a record that is all zero now knows.
pub fn room(stream: &Stream, record: CUdeviceptr) -> Result<CUdeviceptr, Error> {
    let texts = allocate(stream, ROOM)?;
    let driver = stream.ask_now("what kernels print")?;
    let mut head = [0; 12];
    head[..8].copy_from_slice(&texts.to_ne_bytes());
    head[8..].copy_from_slice(&(ROOM as u32).to_ne_bytes());
    // SAFETY: the address and the number of bytes stand side by side in a record. The driver copies what is the host's before
    // it returns.
    unsafe {
        let at = record + offset_of!(LaunchRecord, texts) as u64;
        driver.cuMemcpyHtoDAsync_v2(at, head.as_ptr().cast(), size_of_val(&head), stream.raw())?;
    }
    Ok(texts)
}

/// Behind where the texts are stands how much room there is.
const _: () = assert!(offset_of!(LaunchRecord, room) == offset_of!(LaunchRecord, texts) + 8);

/// Prints what kernels have left, as a record says, and has them begin anew. What there was no room for is lost.
pub fn print(
    stream: &Stream,
    address: CUdeviceptr,
    record: &LaunchRecord,
    templates: Templates,
) -> Result<(), Error> {
    let driver = stream.ask_now("what kernels print")?;
    let mut texts = vec![0u64; record.used.min(record.room) as usize / 8];
    // SAFETY: so many bytes were written to the module's memory, and the host's live until the stream has been waited for.
    unsafe {
        let bytes = size_of_val(texts.as_slice());
        driver.cuMemcpyDtoHAsync_v2(texts.as_mut_ptr().cast(), record.texts, bytes, stream.raw())?;
        let used = address + offset_of!(LaunchRecord, used) as u64;
        driver.cuMemsetD32Async(used, 0, 1, stream.raw())?;
        driver.cuStreamSynchronize(stream.raw())?;
    }
    // A program whose output nobody reads goes on.
    let _ = std::io::stdout().write_all(all(&texts, templates).as_bytes());
    Ok(())
}

/// The texts that words stand for: a template and how many numbers there are, then these. A text whose writer found no
/// room for it may end them too early.
fn all(words: &[u64], templates: Templates) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let [head, behind @ ..] = rest {
        let (template, n) = (*head as u32 as usize, (*head >> 32) as usize);
        let Some(template) = templates.get(template).filter(|_| n <= behind.len()) else { break };
        let (operands, after) = behind.split_at(n);
        // SAFETY: the template is a text, and the operands are as many as are said.
        text.push_str(&unsafe { printed(template.as_ptr(), template.len(), operands.as_ptr(), n) });
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_texts() {
        let templates: Templates = &[b"a\n", b"{i} of {i}\n"];
        let words = [1 | 2 << 32, 3, 7, 0, 1 | 2 << 32, 4, 7];
        assert_eq!(all(&words, templates), "3 of 7\na\n4 of 7\n");
        assert_eq!(all(&words[..5], templates), "3 of 7\na\n");
        assert_eq!(all(&[9], templates), "");
    }
}
