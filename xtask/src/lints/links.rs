//! Links in our Markdown documents lead to files and headings that are there. Addresses of other
//! sites are not visited: they change without us.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::command::repository;

/// What can be linked to in a document, and where it links to.
#[derive(Default)]
struct Document {
    anchors: Vec<String>,
    links: Vec<String>,
}

pub(crate) fn all_lead_somewhere() -> Result<()> {
    let mut documents = HashMap::new();
    for path in super::files()? {
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(repository().join(&path))?;
            documents.insert(path, read(&text));
        }
    }
    ensure!(!documents.is_empty(), "there are no Markdown documents");
    let mut broken = Vec::new();
    let mut n_links = 0;
    for (path, document) in &documents {
        for link in document.links.iter().filter(|link| is_ours(link)) {
            n_links += 1;
            if let Err(error) = follow(path, link, &documents) {
                broken.push(format!("{}: {link}: {error:#}", path.display()));
            }
        }
    }
    broken.sort();
    println!("{n_links} links in {} documents", documents.len());
    ensure!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
    Ok(())
}

fn is_ours(link: &str) -> bool {
    let scheme = link.split_once(':').map_or("", |(scheme, _)| scheme);
    !["http", "https", "mailto"].contains(&scheme)
}

fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let n_before = document
                    .anchors
                    .iter()
                    .filter(|known| **known == anchor)
                    .count();
                // A second one of the same name is numbered.
                let numbered = format!("{anchor}-{n_before}");
                document.anchors.push(anchor);
                if n_before > 0 {
                    document.anchors.push(numbered);
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                document.links.push(dest_url.into_string());
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                document
                    .links
                    .extend(attributes(&html, &["src=\"", "href=\"", "srcset=\""]));
                document
                    .anchors
                    .extend(attributes(&html, &["id=\"", "name=\""]));
            }
            _ => {}
        }
    }
    document
}

/// How the site that shows our documents makes an address of a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let lower = heading.trim().to_lowercase();
    lower
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The values of attributes in a piece of HTML.
fn attributes(html: &str, names: &[&str]) -> Vec<String> {
    let values = |name: &&str| -> Vec<String> {
        let pieces = html.split(*name).skip(1);
        pieces
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect()
    };
    names.iter().flat_map(values).collect()
}

fn follow(from: &Path, link: &str, documents: &HashMap<PathBuf, Document>) -> Result<()> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        from.to_path_buf()
    } else {
        let directory = from.parent().context("a file lies in a directory")?;
        inside(&directory.join(path)).context("leads out of the repository")?
    };
    ensure!(
        repository().join(&target).exists(),
        "there is no {}",
        target.display()
    );
    if !anchor.is_empty()
        && let Some(document) = documents.get(&target)
    {
        ensure!(
            document.anchors.iter().any(|known| known == anchor),
            "{} has no heading “{anchor}”",
            target.display()
        );
    }
    Ok(())
}

/// The path without steps up.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => inside.push(part),
            Component::ParentDir => {
                if !inside.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}
