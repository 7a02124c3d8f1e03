//! Rust sources as tokens, and the paths named in them. Comments and strings are no tokens; the bodies of macros are.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Words that stand before a path and are no part of it. (`crate`, `self`, `super` and `Self` are.)
const KEYWORDS: [&str; 33] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
    "trait", "type", "unsafe", "use", "where", "while", "yield",
];

/// One file of a crate.
pub(crate) struct Source {
    /// From the folder that was read.
    pub(crate) file: PathBuf,
    pub(crate) tokens: TokenStream,
}

/// A path as it is written, each branch of a `use` by itself.
pub(crate) struct NamedPath {
    pub(crate) line: usize,
    /// Whether `as` follows.
    pub(crate) renamed: bool,
    pub(crate) segments: Vec<String>,
    /// The module it stands in, from the crate's root.
    module: Vec<String>,
}

/// Every `.rs` file beneath `folder`.
pub(crate) fn read(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).unwrap_or_else(|error| panic!("{}: {error}", inner.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("rs")) {
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source::parse(path.strip_prefix(folder).unwrap(), &text));
            }
        }
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    sources
}

impl Source {
    pub(crate) fn parse(file: impl AsRef<Path>, text: &str) -> Self {
        let file = file.as_ref().to_owned();
        let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { file, tokens }
    }

    /// The file's module, from the crate's root: `tls/engine.rs` is `tls`, `engine`.
    pub(crate) fn module(&self) -> Vec<String> {
        let module = self.file.with_extension("");
        let names = module.iter().map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name != "lib").collect()
    }

    pub(crate) fn paths(&self) -> Vec<NamedPath> {
        let mut paths = Paths { module: self.module(), found: Vec::new() };
        paths.read(self.tokens.clone());
        paths.found
    }

    /// The lines on which `word` stands as a word of the language.
    pub(crate) fn lines_with(&self, word: &str) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut streams = vec![self.tokens.clone()];
        while let Some(stream) = streams.pop() {
            for token in stream {
                match token {
                    TokenTree::Group(group) => streams.push(group.stream()),
                    TokenTree::Ident(ident) if ident == word => lines.push(ident.span().start().line),
                    _ => {}
                }
            }
        }
        lines.sort_unstable();
        lines
    }
}

impl NamedPath {
    /// What it names, from the crate's root; `None` where it starts at another crate or at a name in scope.
    pub(crate) fn target(&self) -> Option<Vec<&str>> {
        let (first, rest) = self.segments.split_first()?;
        if rest.is_empty() && !self.renamed {
            return None;
        }
        let mut place: Vec<&str> = self.module.iter().map(String::as_str).collect();
        match first.as_str() {
            "crate" => place.clear(),
            "self" => {}
            "super" => drop(place.pop()),
            _ => return None,
        }
        for name in rest {
            match name.as_str() {
                "self" => {}
                "super" => drop(place.pop()),
                name => place.push(name),
            }
        }
        Some(place)
    }
}

struct Paths {
    module: Vec<String>,
    found: Vec<NamedPath>,
}

impl Paths {
    fn read(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += match (token, &tokens[at + 1..]) {
                (TokenTree::Ident(word), [TokenTree::Ident(name), TokenTree::Group(body), ..])
                    if word == "mod" =>
                {
                    self.module.push(name.to_string());
                    self.read(body.stream());
                    self.module.pop();
                    3
                }
                (TokenTree::Ident(word), [TokenTree::Group(group), ..])
                    if word == "pub" && is_scope(group) =>
                {
                    2
                }
                (TokenTree::Ident(word), _) if !KEYWORDS.iter().any(|keyword| word == keyword) => {
                    self.path(&tokens[at..], Vec::new())
                }
                (TokenTree::Group(group), _) => {
                    self.read(group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Reads the path that `tokens` start with, and tells how many of them it is.
    fn path(&mut self, tokens: &[TokenTree], mut segments: Vec<String>) -> usize {
        let Some(first) = tokens.first() else { return 0 };
        let mut at = 0;
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => segments.push(name.to_string()),
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => segments.push("*".to_owned()),
                Some(TokenTree::Group(branches)) if branches.delimiter() == Delimiter::Brace => {
                    let branches: Vec<TokenTree> = branches.stream().into_iter().collect();
                    for branch in branches.split(|token| is_punct(Some(token), ',')) {
                        self.path(branch, segments.clone());
                    }
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            if !(is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')) {
                break;
            }
            at += 2;
        }
        self.found.push(NamedPath {
            line: first.span().start().line,
            renamed: matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "as"),
            segments,
            module: self.module.clone(),
        });
        at
    }
}

/// `(crate)`, `(super)`, `(in some::module)` after `pub`.
fn is_scope(group: &proc_macro2::Group) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let starts_with_in = matches!(tokens.first(), Some(TokenTree::Ident(word)) if word == "in");
    group.delimiter() == Delimiter::Parenthesis && (tokens.len() == 1 || starts_with_in)
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}
