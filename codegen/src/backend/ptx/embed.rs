//! A kernel's PTX as a program carries it (`pykernel_abi::DeviceCode`).

use super::module::Module;
use crate::backend::clif::site_bytes;

impl Module {
    /// The bytes, for a target of a byte order.
    pub fn embedded(&self, little_endian: bool) -> Vec<u8> {
        let number = |value: usize| match little_endian {
            true => (value as u32).to_le_bytes(),
            false => (value as u32).to_be_bytes(),
        };
        let text = self.text();
        let entries = self.functions.iter().filter(|function| function.is_entry);
        let entries: Vec<Vec<u8>> = entries.map(|entry| format!("{}\0", entry.name).into_bytes()).collect();
        let sites: Vec<Vec<u8>> = self.sites.iter().map(|site| site_bytes(site, little_endian)).collect();
        let templates: Vec<Vec<u8>> = self.templates.iter().map(|text| text.as_bytes().to_vec()).collect();
        let head = [text.len(), entries.len(), sites.len(), templates.len()];
        let mut bytes = head.map(number).concat();
        bytes.extend(text.as_bytes());
        for part in [entries, sites, templates].into_iter().flatten() {
            bytes.extend(number(part.len()));
            bytes.extend(part);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pykernel_abi::DeviceCode;

    #[test]
    fn parts_follow_the_text_with_their_lengths() {
        let module = Module { templates: vec!["x {i}".into()], ..Module::default() };
        let bytes = module.embedded(true);
        let (head, rest) = bytes.split_at(DeviceCode::SIZE);
        let text = module.text();
        assert_eq!(head[..4], (text.len() as u32).to_le_bytes());
        assert_eq!(head[4..], [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(rest.strip_prefix(text.as_bytes()), Some(&b"\x05\0\0\0x {i}"[..]));
    }
}
