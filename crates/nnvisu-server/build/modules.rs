//! Merges a JavaScript module and all that it imports into one.
//!
//! Each module becomes a function that returns what it exports, in an order in which every module
//! comes after those that it imports. That is possible because the page's modules are written in
//! one style, which is checked: named imports and exports, each a statement that begins its line, no
//! cycles, nothing exported that is assigned to later. Whole lines of comments go; empty lines
//! stay in their places, so that lines keep their distance from one another.

use std::fmt::Write as _;

/// A module without imports.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) code: String,
    /// The paths of the modules that it starts in workers.
    pub(crate) workers: Vec<String>,
}

/// Merges the module at the path `entry`, to be served at the same path.
///
/// # Errors
///
/// What `read` returns, or a module is not written as described above.
pub(crate) fn merge<'a>(
    entry: &str,
    read: impl Fn(&str) -> Result<&'a str, String>,
) -> Result<Merged, String> {
    let mut merger = Merger {
        read,
        root_from_entry: "../".repeat(entry.matches('/').count()),
        done: Vec::new(),
        merged: Merged {
            code: String::new(),
            workers: Vec::new(),
        },
    };
    merger.add(entry, &mut Vec::new())?;
    Ok(merger.merged)
}

struct Merger<R> {
    read: R,
    root_from_entry: String,
    done: Vec<String>,
    merged: Merged,
}

impl<'a, R: Fn(&str) -> Result<&'a str, String>> Merger<R> {
    /// Adds the module at `path`, which those of `importing` wait for.
    fn add(&mut self, path: &str, importing: &mut Vec<String>) -> Result<(), String> {
        if self.done.iter().any(|done| done == path) {
            return Ok(());
        }
        if importing.iter().any(|other| other == path) {
            return Err(format!("{path} imports itself on the way"));
        }
        importing.push(path.to_owned());
        let module = Module::parse(path, (self.read)(path)?)
            .map_err(|line| format!("{path}: what is to be made of this line? {line}"))?;
        for imported in &module.imports {
            self.add(imported, importing)?;
        }
        importing.pop();
        // Of the entry's own address, which is all that there is left, that of the module.
        let own_url = format!(
            "new URL(\"{}{path}\", import.meta.url).href",
            self.root_from_entry
        );
        let body = module.body.replace("import.meta.url", &own_url);
        let exports = module.exports.join(", ");
        let name = variable(path);
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.merged.code,
            "const {name} = (() => {{{body}return {{ {exports} }};\n}})();"
        );
        self.merged.workers.extend(module.workers);
        self.done.push(path.to_owned());
        Ok(())
    }
}

/// What a module is made of.
#[derive(Default)]
struct Module {
    body: String,
    imports: Vec<String>,
    exports: Vec<String>,
    workers: Vec<String>,
}

impl Module {
    /// Reads a module line by line; the error is a line that does not fit the style.
    fn parse(path: &str, source: &str) -> Result<Self, String> {
        let mut module = Self::default();
        let mut is_in_template = false;
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            let code = line.trim_start();
            let is_statement = line.starts_with("import ") || line.starts_with("export ");
            if is_in_template {
                if is_statement {
                    return Err(line.to_owned());
                }
                module.body += line;
                is_in_template ^= has_odd_backticks(line);
            } else if code.starts_with("//") {
            } else if code.starts_with("/*") {
                let mut last = code;
                while !last.contains("*/") {
                    module.body.push('\n');
                    last = lines.next().ok_or(line)?;
                }
                if !last.ends_with("*/") {
                    return Err(last.to_owned());
                }
            } else if line.starts_with("import ") {
                let mut statement = line.to_owned();
                while !statement.ends_with(';') {
                    module.body.push('\n');
                    statement += lines.next().ok_or(line)?;
                }
                module.import(path, &statement).ok_or(statement)?;
            } else if let Some(declaration) = line.strip_prefix("export ") {
                module.exports.push(declared_name(declaration).ok_or(line)?);
                module.body += declaration;
            } else if code.contains("import(") {
                return Err(line.to_owned());
            } else {
                module.workers.extend(worker_in(line, path));
                module.body += line;
                is_in_template = has_odd_backticks(line);
            }
            module.body.push('\n');
        }
        Ok(module)
    }

    /// `import { a, b as c } from "./module.js";` or, for what it does, `import "./module.js";`.
    fn import(&mut self, path: &str, statement: &str) -> Option<()> {
        let statement = statement.strip_prefix("import ")?.strip_suffix("\";")?;
        let (names, target) = statement.split_once('"')?;
        let target = resolve(path, target)?;
        if !names.is_empty() {
            let names = names.strip_suffix(" from ")?;
            let is_list = names.starts_with('{') && names.ends_with('}');
            let names = is_list.then(|| names.replace(" as ", ": "))?;
            let _ = write!(self.body, "const {names} = {};", variable(&target));
        }
        self.imports.push(target);
        Some(())
    }
}

/// Whether a template literal begins or ends in the line, other than as a whole.
fn has_odd_backticks(line: &str) -> bool {
    line.matches('`').count() % 2 == 1
}

/// The name in a declaration that stays as it is.
fn declared_name(declaration: &str) -> Option<String> {
    let rest = ["const ", "class ", "function ", "async function "]
        .iter()
        .find_map(|kind| declaration.strip_prefix(kind))?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let name: String = rest.chars().take_while(|&c| is_part(c)).collect();
    (!name.is_empty()).then_some(name)
}

/// The module in `new URL("./module.js", import.meta.url)`.
fn worker_in(line: &str, path: &str) -> Option<String> {
    let (before, _) = line.split_once("\", import.meta.url)")?;
    let (_, target) = before.rsplit_once("new URL(\"")?;
    resolve(path, target)
}

/// Where a relative specifier leads from the module at `path`.
fn resolve(path: &str, specifier: &str) -> Option<String> {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()?),
            name => folders.push(name),
        }
    }
    specifier.starts_with('.').then(|| folders.join("/"))
}

/// The name that the exports of the module at `path` have.
fn variable(path: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    format!("${}", path.replace(|c| !is_part(c), "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(files: &[(&str, &'static str)]) -> Result<Merged, String> {
        let (entry, _) = files[0];
        merge(entry, |path| {
            let found = files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| *text).ok_or(format!("no {path}"))
        })
    }

    #[test]
    fn modules_come_after_what_they_import_and_once_each() {
        let files = [
            (
                "js/main.js",
                "// About it.\n\nimport { a, b as c } from \"./x/a.js\";\nimport \"./d.js\";\n\nc(a);\n",
            ),
            (
                "js/x/a.js",
                "/* Two\n   lines. */\nimport {\n  d,\n} from \"../d.js\";\nexport const a = d;\nexport async function b() {\n  // why\n  return 1;\n}\n",
            ),
            ("js/d.js", "export class d {}\n"),
        ];
        assert_eq!(
            merged(&files).unwrap().code,
            "const $js_d_js = (() => {class d {}\nreturn { d };\n})();\n\
             const $js_x_a_js = (() => {\n\n\n\nconst {  d,} = $js_d_js;\nconst a = d;\nasync function b() {\n\n  return 1;\n}\nreturn { a, b };\n})();\n\
             const $js_main_js = (() => {\n\nconst { a, b: c } = $js_x_a_js;\n\n\nc(a);\nreturn {  };\n})();\n"
        );
    }

    #[test]
    fn a_module_knows_its_own_address_and_its_workers() {
        let files = [
            ("js/main.js", "import \"./x/start.js\";\n"),
            (
                "js/x/start.js",
                "start(() => new Worker(new URL(\"./worker.js\", import.meta.url), options));\n",
            ),
        ];
        let Merged { code, workers } = merged(&files).unwrap();
        assert_eq!(workers, ["js/x/worker.js"]);
        assert!(
            code.contains(
                "new URL(\"./worker.js\", new URL(\"../js/x/start.js\", import.meta.url).href)"
            ),
            "{code}"
        );
    }

    #[test]
    fn what_stands_in_a_template_is_no_comment() {
        let text = "const text = `\n// no comment\n`;\n";
        let code = merged(&[("main.js", text)]).unwrap().code;
        assert!(code.contains(text), "{code}");
        // A quoted backtick looks like one that begins a template. Nothing is lost by that.
        let mistaken = [("main.js", "const tick = \"`\";\nexport const a = 1;\n")];
        assert!(merged(&mistaken).is_err());
    }

    #[test]
    fn another_style_is_an_error() {
        for line in [
            "import everything from \"./main.js\";",
            "import * as everything from \"./main.js\";",
            "import { a } from \"package\";",
            "export default 1;",
            "export let changing = 1;",
            "export { a };",
            "const later = await import(\"./main.js\");",
            "/* before */ code();",
        ] {
            let error = merged(&[("main.js", line)]).unwrap_err();
            assert_eq!(
                error,
                format!("main.js: what is to be made of this line? {line}")
            );
        }
        let cycle = [
            ("main.js", "import \"./other.js\";"),
            ("other.js", "import \"./main.js\";"),
        ];
        assert_eq!(
            merged(&cycle).unwrap_err(),
            "main.js imports itself on the way"
        );
    }
}
