//! Memory of this process that launches read and write, and the bytes of their parameters.

/// Memory of this process.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its address.
    pub address: u64,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The bytes of an entry's parameters.
#[derive(Default)]
pub struct Params {
    /// Them.
    pub bytes: Vec<u8>,
}

impl Params {
    pub fn push(&mut self, bytes: &[u8], alignment: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
        self.bytes.extend(bytes);
    }

    pub fn push_words(&mut self, words: &[u64]) {
        words.iter().for_each(|word| self.push(&word.to_le_bytes(), 8));
    }
}

/// Where memory lies: from the first byte to before the end.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub first: u64,
    pub end: u64,
}

impl Span {
    /// That of an array, from its lowest byte to its highest.
    pub fn of(address: u64, shape: &[u64], strides: &[u64], size: usize) -> Span {
        let mut span = Span { first: address, end: address };
        if shape.contains(&0) {
            return span;
        }
        span.end += size as u64;
        for (extent, stride) in shape.iter().zip(strides) {
            let distance = (*extent - 1).wrapping_mul(*stride) as i64;
            match distance < 0 {
                true => span.first = span.first.wrapping_add_signed(distance),
                false => span.end = span.end.wrapping_add_signed(distance),
            }
        }
        span
    }

    pub fn whole(words: &mut [u64]) -> Span {
        let first = words.as_mut_ptr().expose_provenance() as u64;
        Span { first, end: first + 8 * words.len() as u64 }
    }

    pub fn meets(&self, other: &Span) -> bool {
        self.first < other.end && other.first < self.end
    }

    /// The same memory in spans that do not meet, in the order of their addresses.
    pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
        spans.retain(|span| span.first < span.end);
        spans.sort_by_key(|span| span.first);
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.first <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        joined
    }

    /// # Safety
    /// It is memory of this process that nobody writes meanwhile.
    pub unsafe fn read(&self) -> Region {
        let first = std::ptr::with_exposed_provenance::<u8>(self.first as usize);
        // SAFETY: the caller vouches for it.
        let bytes = unsafe { std::slice::from_raw_parts(first, (self.end - self.first) as usize) }.to_vec();
        Region { address: self.first, bytes }
    }
}

/// So many bytes are compared at once.
const PIECE: usize = 1024;

impl Region {
    /// Writes the bytes that have changed.
    ///
    /// # Safety
    /// They may be written, and nobody else uses them meanwhile.
    pub unsafe fn write_back(&self, before: &Region) {
        let first = std::ptr::with_exposed_provenance_mut::<u8>(self.address as usize);
        let pieces = self.bytes.chunks(PIECE).zip(before.bytes.chunks(PIECE)).enumerate();
        for (piece, (new, old)) in pieces.filter(|(_, (new, old))| new != old) {
            let changed = (0..new.len()).filter(|index| new[*index] != old[*index]);
            for index in changed {
                // SAFETY: the caller vouches for it.
                unsafe { first.add(piece * PIECE + index).write(new[index]) };
            }
        }
    }
}
