//! Files that lie elsewhere under another name.
//!
//! A file that is gone and one that is new are one file when they hold the same
//! bytes, or when most of their lines are the same, as Git tells renames.

use std::collections::{HashMap, HashSet};

/// A file that is gone, or one that is new.
pub struct Side {
    pub path: String,
    pub hash: Vec<u8>,
    pub bytes: Vec<u8>,
}

/// Pairs of numbers: of what is gone, and of what it is called now.
pub fn pair(gone: &[Side], new: &[Side]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut from, mut to) = (HashSet::new(), HashSet::new());
    // The same bytes first; of several the one whose name is most alike.
    let mut candidates = Vec::new();
    for (one, gone) in gone.iter().enumerate() {
        for (other, new) in new.iter().enumerate() {
            let alike = if gone.hash == new.hash { 101 } else { likeness(&gone.bytes, &new.bytes) };
            if alike >= 50 && extension(&gone.path) == extension(&new.path) {
                let name = shared(&gone.path, &new.path);
                candidates.push((std::cmp::Reverse((alike, name)), one, other));
            }
        }
    }
    candidates.sort();
    for (_, one, other) in candidates {
        if from.contains(&one) || to.contains(&other) {
            continue;
        }
        from.insert(one);
        to.insert(other);
        pairs.push((one, other));
    }
    pairs
}

fn extension(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end)
}

/// How many bytes of the end two paths share.
fn shared(one: &str, other: &str) -> usize {
    one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count()
}

/// How many bytes of a hundred are in lines that both have.
fn likeness(one: &[u8], other: &[u8]) -> usize {
    let most = one.len().max(other.len());
    if most == 0 || one.len().min(other.len()) * 2 < most {
        return 0;
    }
    let mut lines: HashMap<&[u8], usize> = HashMap::new();
    for line in one.split_inclusive(|byte| *byte == b'\n') {
        *lines.entry(line).or_default() += 1;
    }
    let mut same = 0;
    for line in other.split_inclusive(|byte| *byte == b'\n') {
        if let Some(left) = lines.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            same += line.len();
        }
    }
    same * 100 / most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(path: &str, text: &str) -> Side {
        let bytes = text.as_bytes().to_vec();
        Side { path: path.to_owned(), hash: bytes.clone(), bytes }
    }

    #[test]
    fn a_file_is_known_by_its_bytes_and_then_by_its_lines() {
        let long = "title\none\ntwo\nthree\n";
        let gone = [side("a.md", long), side("b.md", "other\n"), side("c.md", "x\n")];
        let new = [
            side("d.md", "title!\none\ntwo\nthree\n"),
            side("n/b.md", "other\n"),
            side("c.html", "x\n"),
        ];
        assert_eq!(pair(&gone, &new), [(1, 1), (0, 0)]);
        let twins = [side("p/one.md", "x\n"), side("p/two.md", "x\n")];
        let moved = [side("q/two.md", "x\n"), side("q/one.md", "x\n")];
        let mut pairs = pair(&twins, &moved);
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (1, 0)]);
    }
}
