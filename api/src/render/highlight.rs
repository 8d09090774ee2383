//! Words of code by kind: comments, strings, numbers, keywords, names of what is called, signs.
//!
//! The classes are those of Chroma (`c1`, `s2`, `mi`, `k`, `nf` …), fewer than Chroma has: no grammar is
//! read, only words, so that import stays fast and no input takes more than linear time. A highlighter
//! with grammars (syntect) took a millisecond for half a kilobyte of code, which is longer than
//! everything else that is done to an article.
//!
//! To add a language: a line in [`LANGUAGES`].

use super::escape;

/// How a language writes what is told apart.
struct Language {
    /// As they are written behind a fence.
    names: &'static str,
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    /// Signs that quote; three of one quote several lines where that is usual.
    quotes: &'static str,
    keywords: &'static str,
    constants: &'static str,
}

const C: Option<(&str, &str)> = Some(("/*", "*/"));
const NO: &[&str] = &[];

const LANGUAGES: &[Language] = &[
    Language {
        names: "go golang",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"'`",
        keywords: "break case chan const continue default defer else fallthrough for func go goto if \
                   import interface map package range return select struct switch type var",
        constants: "false iota nil true",
    },
    Language {
        names: "rust rs",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"",
        keywords: "as async await break const continue crate dyn else enum extern fn for if impl in let \
                   loop match mod move mut pub ref return self Self static struct super trait type \
                   unsafe use where while",
        constants: "Err None Ok Some false true",
    },
    Language {
        names: "js javascript jsx mjs ts typescript tsx vue svelte",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"'`",
        keywords: "abstract as async await break case catch class const continue debugger declare \
                   default delete do else enum export extends finally for from function get if \
                   implements import in instanceof interface let new of private protected public \
                   readonly return set static super switch this throw try type typeof var void while \
                   with yield",
        constants: "Infinity NaN false null true undefined",
    },
    Language {
        names: "py python python3 starlark bazel",
        line_comments: &["#"],
        block_comment: None,
        quotes: "\"'",
        keywords: "and as assert async await break case class continue def del elif else except finally \
                   for from global if import in is lambda match nonlocal not or pass raise return try \
                   while with yield",
        constants: "False None True self",
    },
    Language {
        names: "c h cpp c++ cc hpp objc objective-c cuda arduino glsl",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"'",
        keywords: "alignas auto bool break case catch char class const constexpr continue default delete \
                   do double else enum explicit extern float for friend goto if inline int long mutable \
                   namespace new noexcept operator override private protected public register return \
                   short signed sizeof static struct switch template this throw try typedef typename \
                   union unsigned using virtual void volatile while",
        constants: "NULL false nullptr true",
    },
    Language {
        names: "java kotlin kt scala groovy gradle dart swift cs csharp c#",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"'",
        keywords: "abstract as async await boolean break byte case catch char class companion const \
                   continue data def default defer do double else enum extends extension final finally \
                   float for foreach fun func guard if implements import in init int interface internal \
                   is let lateinit long match namespace new object open operator out override package \
                   private protected protocol public readonly record return sealed short static string \
                   struct super suspend switch synchronized this throw throws trait try type typealias \
                   using val var virtual void volatile when where while with yield",
        constants: "false nil null self true",
    },
    Language {
        names: "php",
        line_comments: &["//", "#"],
        block_comment: C,
        quotes: "\"'",
        keywords: "abstract array as break case catch class clone const continue declare default do echo \
                   else elseif extends final finally fn for foreach function global if implements include \
                   include_once instanceof interface match namespace new print private protected public \
                   readonly require require_once return static switch throw trait try use var while yield",
        constants: "false null this true FALSE NULL TRUE",
    },
    Language {
        names: "rb ruby crystal elixir ex exs",
        line_comments: &["#"],
        block_comment: None,
        quotes: "\"'`",
        keywords: "alias and begin break case class def defined defmodule defp do else elsif end ensure fn \
                   for if import in module next not or raise redo rescue retry return self super then \
                   undef unless until use when while yield",
        constants: "false nil true",
    },
    Language {
        names: "sh bash zsh shell fish console ksh",
        line_comments: &["#"],
        block_comment: None,
        quotes: "\"'`",
        keywords: "alias break case continue declare do done elif else esac eval exec exit export fi for \
                   function if in local read readonly return select set shift source then trap unset \
                   until while",
        constants: "cd echo false printf sudo test true",
    },
    Language {
        names: "sql mysql postgres postgresql sqlite plpgsql",
        line_comments: &["--"],
        block_comment: C,
        quotes: "\"'",
        keywords: "add all alter and as asc begin between by case cascade check column commit constraint \
                   create cross database default delete desc distinct drop else end exists explain \
                   foreign from full function group having if in index inner insert intersect into is \
                   join key left like limit not offset on or order outer partition primary references \
                   returning right rollback select set table then transaction trigger union unique update \
                   using values view when where with",
        constants: "false null true",
    },
    Language {
        names: "json json5 jsonc",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"",
        keywords: "",
        constants: "false null true",
    },
    Language {
        names: "yaml yml toml ini properties conf dotenv env editorconfig",
        line_comments: &["#", ";"],
        block_comment: None,
        quotes: "\"'",
        keywords: "",
        constants: "false no null off on true yes",
    },
    Language {
        names: "css scss sass less",
        line_comments: &["//"],
        block_comment: C,
        quotes: "\"'",
        keywords: "@charset @container @extend @font-face @import @include @keyframes @layer @media @mixin \
                   @supports @use",
        constants: "auto inherit initial none unset",
    },
    Language {
        names: "html xml svg xhtml htm rss atom",
        line_comments: NO,
        block_comment: Some(("<!--", "-->")),
        quotes: "\"",
        keywords: "",
        constants: "",
    },
    Language {
        names: "lua haskell hs elm ada",
        line_comments: &["--"],
        block_comment: None,
        quotes: "\"'",
        keywords: "and break case class data deriving do else elseif end for function if import in \
                   instance let local module not of or repeat return then type until where while",
        constants: "False Just Nothing True false nil true",
    },
    Language {
        names: "r perl pl julia jl tcl awk make makefile dockerfile docker cmake nginx hcl terraform tf \
                nix graphql gql powershell ps1 protobuf proto zig",
        line_comments: &["#", "//"],
        block_comment: None,
        quotes: "\"'",
        keywords: "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL USER VOLUME \
                   WORKDIR begin break const do else elseif elsif end enum export fn for foreach fragment \
                   func function if import in include input interface let library local message module \
                   my mutation next option our package param pub query repeat require return rpc service \
                   struct sub subscription switch syntax then type union unless until use using var where \
                   while with",
        constants: "FALSE NA NULL TRUE false null true undef",
    },
];

/// The lines of a piece of code as HTML; `words`: with classes, where the language is known.
pub(super) fn lines(code: &str, language: &str, words: bool) -> Vec<String> {
    let name = language.to_ascii_lowercase();
    let known = LANGUAGES.iter().find(|known| known.names.split_whitespace().any(|n| n == name));
    let Some(known) = known.filter(|_| words) else {
        return code.split_inclusive('\n').map(escape).collect();
    };
    let mut lines = vec![String::new()];
    let mut scan = Scan { code, at: 0, language: known, missing: Vec::new() };
    while let Some((class, text)) = scan.next() {
        for piece in text.split_inclusive('\n') {
            if lines.last().is_some_and(|line| line.ends_with('\n') || line.ends_with("\n</span>"))
            {
                lines.push(String::new());
            }
            let Some(line) = lines.last_mut() else { continue };
            if class.is_empty() {
                line.push_str(&escape(piece));
            } else {
                line.extend(["<span class=\"", class, "\">", &escape(piece), "</span>"]);
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

struct Scan<'a> {
    code: &'a str,
    at: usize,
    language: &'static Language,
    /// Ends that were looked for in vain.
    missing: Vec<&'static str>,
}

impl<'a> Scan<'a> {
    /// The class of the next piece, and the piece.
    fn next(&mut self) -> Option<(&'static str, &'a str)> {
        let rest = &self.code[self.at..];
        let first = rest.chars().next()?;
        let (class, length) = self
            .comment(rest)
            .or_else(|| self.string(rest, first))
            .or_else(|| number(rest, first, self.code[..self.at].chars().next_back()))
            .or_else(|| self.word(rest, first))
            .unwrap_or_else(|| sign(rest, first));
        self.at += length;
        Some((class, &rest[..length]))
    }

    fn comment(&mut self, rest: &str) -> Option<(&'static str, usize)> {
        if let Some((open, close)) = self.language.block_comment
            && rest.starts_with(open)
            && !self.missing.contains(&close)
        {
            if let Some(length) = rest[open.len()..].find(close) {
                return Some(("cm", open.len() + length + close.len()));
            }
            self.missing.push(close);
        }
        let begins = self.language.line_comments.iter().any(|mark| rest.starts_with(mark));
        // A `#` or `;` within a word is none, nor is the `//` of an address.
        let free = self.code[..self.at].chars().next_back().is_none_or(|c| {
            c.is_whitespace() || matches!(c, ';' | '{' | '}' | '(' | ')' | ',' | '[' | ']')
        });
        (begins && free).then(|| ("c1", rest.find('\n').unwrap_or(rest.len())))
    }

    fn string(&mut self, rest: &str, quote: char) -> Option<(&'static str, usize)> {
        if !self.language.quotes.contains(quote) {
            return None;
        }
        let class = match quote {
            '"' => "s2",
            '\'' => "s1",
            _ => "sb",
        };
        let long = match quote {
            '"' => "\"\"\"",
            '\'' => "'''",
            _ => "`",
        };
        if rest.starts_with(long) && !self.missing.contains(&long) {
            if let Some(length) = rest[long.len()..].find(long) {
                return Some((class, length + 2 * long.len()));
            }
            self.missing.push(long);
        }
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return Some((class, at + c.len_utf8())),
                _ => {}
            }
        }
        None
    }

    fn word(&self, rest: &str, first: char) -> Option<(&'static str, usize)> {
        let Language { keywords, constants, names, .. } = self.language;
        let begins = first.is_alphabetic() || matches!(first, '_' | '$' | '@');
        if !begins {
            return None;
        }
        let length = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| !c.is_alphanumeric() && *c != '_' && !(first == '@' && *c == '-'))
            .map_or(rest.len(), |(at, _)| at);
        let word = &rest[..length];
        let behind = rest[length..].trim_start_matches([' ', '\t']);
        let before = self.code[..self.at].trim_end_matches(['/', '?', '!']).chars().next_back();
        let lower = word.to_ascii_lowercase();
        let is_in = |list: &str| {
            let word = if names.starts_with("sql") { &lower } else { word };
            list.split_whitespace().any(|other| other == word)
        };
        let class = if names.starts_with("html") {
            if before == Some('<') {
                "nt"
            } else if behind.starts_with('=') {
                "na"
            } else {
                ""
            }
        } else if is_in(keywords) {
            "k"
        } else if is_in(constants) {
            "kc"
        } else if rest[length..].starts_with('(') {
            "nf"
        } else if keywords.is_empty() && behind.starts_with([':', '=']) {
            "nt"
        } else {
            ""
        };
        Some((class, length))
    }
}

fn number(rest: &str, first: char, before: Option<char>) -> Option<(&'static str, usize)> {
    if !first.is_ascii_digit() || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
        .unwrap_or(rest.len());
    Some((if rest[..length].contains('.') { "mf" } else { "mi" }, length))
}

/// A run of signs, or of anything that is not told apart.
fn sign(rest: &str, first: char) -> (&'static str, usize) {
    let kind = |c: char| match c {
        '+' | '-' | '*' | '/' | '%' | '=' | '<' | '>' | '!' | '&' | '|' | '^' | '~' | '?' => "o",
        '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | ':' | '.' => "p",
        _ => "",
    };
    let class = kind(first);
    if class == "o" {
        // One at a time: a comment may begin with the next.
        return (class, first.len_utf8());
    }
    let length = rest
        .char_indices()
        .skip(1)
        .find(|(_, c)| {
            kind(*c) != class
                || c.is_alphanumeric()
                || matches!(c, '"' | '\'' | '`' | '#' | '$' | '@' | '_' | ';')
        })
        .map_or(rest.len(), |(at, _)| at);
    (class, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces with a class, as `class:text`.
    fn shown(code: &str, language: &str) -> Vec<String> {
        let html = lines(code, language, true).concat();
        html.split("<span class=\"")
            .skip(1)
            .filter_map(|piece| piece.split_once("</span>"))
            .map(|(piece, _)| piece.replacen("\">", ":", 1))
            .collect()
    }

    #[test]
    fn words_are_told_apart() {
        for (language, code, expected) in [
            (
                "go",
                "func f() { return \"a\" + 1.5 } // c",
                &[
                    "k:func",
                    "nf:f",
                    "p:()",
                    "p:{",
                    "k:return",
                    "s2:&quot;a&quot;",
                    "o:+",
                    "mf:1.5",
                    "p:}",
                    "c1:// c",
                ][..],
            ),
            ("python", "x = 'a' # b", &["o:=", "s1:'a'", "c1:# b"]),
            ("json", "{\"a\": true}", &["p:{", "s2:&quot;a&quot;", "p::", "kc:true", "p:}"]),
            ("yaml", "a: 1", &["nt:a", "p::", "mi:1"]),
            ("SQL", "SELECT a FROM b", &["k:SELECT", "k:FROM"]),
            (
                "html",
                "<a href=\"b\">",
                &["o:&lt;", "nt:a", "na:href", "o:=", "s2:&quot;b&quot;", "o:&gt;"],
            ),
            ("sh", "echo https://a#b", &["kc:echo", "p::", "o:/", "o:/"]),
            ("js", "/* a\nb */ `c\nd`", &["cm:/* a\n", "cm:b */", "sb:`c\n", "sb:d`"]),
        ] {
            assert_eq!(shown(code, language), expected, "{language}");
        }
    }

    #[test]
    fn no_character_is_lost() {
        let pieces = [
            "\"", "'", "`", "/*", "*/", "//", "#", "\\", "\n", "a(", "1.", "é", "中", "<", "&",
            "\"\"\"", ";",
        ];
        for language in LANGUAGES.iter().filter_map(|known| known.names.split(' ').next()) {
            for (index, first) in pieces.iter().enumerate() {
                for second in &pieces {
                    let code = format!(
                        "{first}{second}{}\n{second}{first}",
                        pieces[(index * 7 + 3) % pieces.len()]
                    );
                    let html = lines(&code, language, true);
                    let text = super::super::plain::decode(&super::super::document::strip_tags(
                        &html.concat(),
                    ))
                    .into_owned();
                    assert_eq!(text, code, "{language}");
                    assert_eq!(
                        html.len(),
                        code.split_inclusive('\n').count(),
                        "{language}: {code}"
                    );
                }
            }
        }
    }
}
