//! The Markdown of transcripts: headings, and the fenced blocks under them.

/// A heading with the blocks that stand directly under it. What stands before the first heading
/// of a file is a section without a title.
#[derive(Clone, Debug)]
pub struct Section {
    /// The titles of the headings above it and its own.
    pub path: Vec<String>,
    /// The number of `#`s; 0 for what stands before the first heading.
    level: usize,
    /// The section of the next heading above it, by its place.
    pub parent: Option<usize>,
    /// The line of the heading, counted from 1.
    pub line: usize,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What stands behind the fence: `py`, `pycon`, `toml`, or something that does not matter.
    pub language: String,
    /// The line of its first line of text, counted from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// Reads the sections of a file, in order.
pub fn read(text: &str) -> Result<Vec<Section>, String> {
    let mut sections =
        vec![Section { path: Vec::new(), level: 0, parent: None, line: 1, blocks: Vec::new() }];
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let fence = &line[..line.len() - language.trim_start_matches('`').len()];
            let mut block = Block {
                language: language.trim_matches('`').trim().into(),
                line: number + 1,
                text: String::new(),
            };
            loop {
                let (_, line) = lines.next().ok_or(format!("the block of line {number} is never closed"))?;
                if line.trim_end() == fence {
                    break;
                }
                block.text.push_str(line);
                block.text.push('\n');
            }
            if let Some(section) = sections.last_mut() {
                section.blocks.push(block);
            }
        } else if let Some((level, title)) = heading(line) {
            let section = open(&sections, level, title, number);
            sections.push(section);
        }
    }
    Ok(sections)
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim().trim_end_matches('#').trim_end()))
}

/// A section under the sections so far.
fn open(sections: &[Section], level: usize, title: &str, line: usize) -> Section {
    let parent = sections.iter().rposition(|section| section.level < level);
    let mut path = parent.map(|parent| sections[parent].path.clone()).unwrap_or_default();
    path.push(title.into());
    Section { path, level, parent, line, blocks: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_nest_and_blocks_keep_their_lines() {
        let text = "# A\n\n```py\nx = 1\n```\n\n## B\n## C\n````md\n```py\n# no heading\n````\n# D\n";
        let sections = read(text).unwrap();
        let paths: Vec<String> = sections.iter().map(|section| section.path.join(" > ")).collect();
        assert_eq!(paths, ["", "A", "A > B", "A > C", "D"]);
        let parents: Vec<Option<usize>> = sections.iter().map(|section| section.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(1), Some(0)]);
        let block = &sections[1].blocks[0];
        assert_eq!((block.language.as_str(), block.line, block.text.as_str()), ("py", 4, "x = 1\n"));
        assert_eq!(sections[3].blocks[0].text, "```py\n# no heading\n");
    }

    #[test]
    fn an_open_fence_is_a_mistake() {
        assert_eq!(read("```py\nx").unwrap_err(), "the block of line 1 is never closed");
    }
}
