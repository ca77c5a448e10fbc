//! The page as it is served: few files, below a directory whose name is a hash of all of them.
//!
//! The sources are about a hundred small files. Asked for one by one they cost a browser many
//! round trips, as over HTTP/1.1 it opens six connections to a server. So style sheets become one
//! file, and each module that the page or a worker begins with is merged with all that it imports.
//! What lies below the hash never changes and is never asked for again; `index.html` alone is.
//! All references within the page are relative, so those in `index.html` are all there is to change.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::modules::merge;

pub(crate) const INDEX: &str = "index.html";

/// Beside the sources of the style sheets, so that what they refer to stays where it is.
const STYLE_SHEET: &str = "css/page.css";

/// What the server hands out.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// Contents by path. All paths but that of `index.html` begin with `_<hash>/`.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// 16 hexadecimal digits; another page has others.
    pub(crate) hash: String,
}

/// Makes the page of its source files, which are given by path.
pub(crate) fn bundle(sources: &BTreeMap<String, Vec<u8>>) -> Result<Bundle, String> {
    let mut hashed = BTreeMap::new();
    let mut styles = String::new();
    let mut html = String::new();
    for line in text(sources, INDEX)?.lines() {
        if let Some(path) = attribute(line, "<link rel=\"stylesheet\" href=\"") {
            if styles.is_empty() {
                let _ = writeln!(
                    html,
                    "  <link rel=\"stylesheet\" href=\"{{page}}{STYLE_SHEET}\">"
                );
            }
            styles.push_str(text(sources, path)?);
            continue;
        }
        let mut line = line.to_owned();
        for opening in [" src=\"", " href=\""] {
            let Some(path) = attribute(&line, opening).map(str::to_owned) else {
                continue;
            };
            let Some(contents) = sources.get(&path) else {
                continue;
            };
            if line.contains("<script type=\"module\"") {
                add_module(&path, sources, &mut hashed)?;
            } else {
                hashed.insert(path.clone(), contents.clone());
            }
            line = line.replace(
                &format!("{opening}{path}\""),
                &format!("{opening}{{page}}{path}\""),
            );
        }
        let _ = writeln!(html, "{line}");
    }
    if styles.contains("url(") {
        return Err("a style sheet refers to a file, which is not copied yet".to_owned());
    }
    hashed.insert(STYLE_SHEET.to_owned(), styles.into_bytes());

    let mut hasher = DefaultHasher::new();
    (&html, &hashed).hash(&mut hasher);
    let hash = format!("{:016x}", hasher.finish());
    let mut files: BTreeMap<_, _> = hashed
        .into_iter()
        .map(|(path, contents)| (format!("_{hash}/{path}"), contents))
        .collect();
    let html = html.replace("{page}", &format!("_{hash}/")).replacen(
        "<html ",
        &format!("<html data-page=\"{hash}\" "),
        1,
    );
    files.insert(INDEX.to_owned(), html.into_bytes());
    Ok(Bundle { files, hash })
}

/// Adds a module with all that it imports, and the workers that it starts.
fn add_module(
    path: &str,
    sources: &BTreeMap<String, Vec<u8>>,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), String> {
    if files.contains_key(path) {
        return Ok(());
    }
    let merged = merge(path, |path| text(sources, path))?;
    files.insert(path.to_owned(), merged.code.into_bytes());
    for worker in &merged.workers {
        add_module(worker, sources, files)?;
    }
    Ok(())
}

fn text<'a>(files: &'a BTreeMap<String, Vec<u8>>, path: &str) -> Result<&'a str, String> {
    let contents = files.get(path).ok_or(format!("there is no {path}"))?;
    std::str::from_utf8(contents).map_err(|error| format!("{path}: {error}"))
}

/// What stands between `opening` and the next quotation mark.
fn attribute<'a>(line: &'a str, opening: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(opening)?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(changed: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        const FILES: [(&str, &str); 7] = [
            (
                "index.html",
                "<html lang=\"en\">\n\
                 <link rel=\"icon\" href=\"icon.svg\">\n\
                 <link rel=\"stylesheet\" href=\"css/a.css\">\n\
                 <link rel=\"stylesheet\" href=\"css/b.css\">\n\
                 <script src=\"early.js\"></script>\n\
                 <script type=\"module\" src=\"js/main.js\"></script>\n\
                 <a href=\"https://example.org/\">\n",
            ),
            ("icon.svg", "<svg/>"),
            ("css/a.css", "a {}\n"),
            ("css/b.css", "b {}\n"),
            ("early.js", "// classic\n"),
            (
                "js/main.js",
                "new Worker(new URL(\"./worker.js\", import.meta.url));\n",
            ),
            ("js/worker.js", "work();\n"),
        ];
        let files = FILES.iter().chain(changed);
        let files = files.map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        files.collect()
    }

    #[test]
    fn everything_but_the_page_itself_is_below_the_hash() {
        let Bundle { files, hash } = bundle(&sources(&[])).unwrap();
        let paths: Vec<_> = files.keys().map(|path| path.replace(&hash, "")).collect();
        let below = [
            "css/page.css",
            "early.js",
            "icon.svg",
            "js/main.js",
            "js/worker.js",
        ];
        let mut expected: Vec<_> = below.map(|path| format!("_/{path}")).to_vec();
        expected.push("index.html".to_owned());
        assert_eq!(paths, expected);
        let html = String::from_utf8(files[INDEX].clone()).unwrap();
        assert_eq!(
            html.replace(&hash, ""),
            "<html data-page=\"\" lang=\"en\">\n\
             <link rel=\"icon\" href=\"_/icon.svg\">\n\
             \x20 <link rel=\"stylesheet\" href=\"_/css/page.css\">\n\
             <script src=\"_/early.js\"></script>\n\
             <script type=\"module\" src=\"_/js/main.js\"></script>\n\
             <a href=\"https://example.org/\">\n"
        );
        assert_eq!(files[&format!("_{hash}/css/page.css")], b"a {}\nb {}\n");
    }

    #[test]
    fn another_page_has_another_hash() {
        let hash = |changed: &[_]| bundle(&sources(changed)).unwrap().hash;
        assert_eq!(hash(&[]), hash(&[]));
        for changed in ["css/b.css", "early.js", "js/worker.js", "icon.svg"] {
            assert_ne!(hash(&[]), hash(&[(changed, "other();\n")]), "{changed}");
        }
    }

    #[test]
    fn what_would_be_missing_is_an_error() {
        let error = |changed: &[_]| bundle(&sources(changed)).unwrap_err();
        assert_eq!(
            error(&[("js/main.js", "import \"./lost.js\";\n")]),
            "there is no js/lost.js"
        );
        assert!(error(&[("css/a.css", "a { background: url(b.png); }")]).contains("style sheet"));
    }
}
