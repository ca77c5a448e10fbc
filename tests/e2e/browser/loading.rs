//! How the page arrives, and what it says where something of it, or of the way to the server, is missing.

use std::path::Path;

use nnvisu_tests::browser::with_browser;
use nnvisu_tests::data::XOR;
use nnvisu_tests::proxy::Proxy;
use nnvisu_tests::server::Server;
use serde::Deserialize;
use tempfile::TempDir;

/// A file that the browser has loaded for the page.
#[derive(Debug, Deserialize)]
struct Loaded {
    name: String,
    /// Bytes that came over the network; 0 if the browser had kept it.
    transferred: u64,
}

/// What the browser has loaded for the page, but the page itself.
const LOADED: &str = "return performance.getEntriesByType('resource')
    .filter(({name}) => !name.endsWith('/ws'))
    .map(({name, transferSize}) => ({name, transferred: transferSize}))";

#[tokio::test]
async fn nothing_waits_for_more_than_the_page_and_nothing_is_loaded_twice() {
    let server = Server::start().await;
    with_browser(async |page| {
        let proxy = Proxy::start(server.address()).await;
        page.open(&proxy.url()).await;
        let html: String = page.eval("return document.documentElement.outerHTML").await;
        let cold: Vec<Loaded> = page.eval(LOADED).await;
        // More than the six connections that a browser opens would wait for one another.
        assert!((4..=6).contains(&cold.len()), "{cold:?}");
        for Loaded { name, .. } in &cold {
            let path = name.strip_prefix(&proxy.url()).expect("a file of the page");
            // The decoder of maps alone is started by the program: it comes while the WebSocket opens.
            let is_worker = path.ends_with("/worker.js");
            assert!(
                is_worker || html.contains(path),
                "{path} is not in the page"
            );
        }

        page.driver()
            .goto("about:blank")
            .await
            .expect("an empty page");
        page.open(&proxy.url()).await;
        let warm: Vec<Loaded> = page.eval(LOADED).await;
        // What the browser has in memory, such as the icon, may not be listed again.
        assert!(warm.len() >= 4, "{warm:?}");
        for Loaded { name, transferred } in &warm {
            assert_eq!(*transferred, 0, "{name} was asked for again");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_that_lacks_a_part_says_so_and_offers_nothing_to_press() {
    let directory = copy_of_page();
    let lost = directory.path().join("js/view/timeline.js");
    let kept = std::fs::read(&lost).expect("a module of the page");
    std::fs::remove_file(&lost).expect("it can be removed");
    let server = serving(&directory).await;
    with_browser(async |page| {
        page.expect_network_errors();
        let url = server.url("/");
        page.driver().goto(&url).await.expect("the page loads");
        page.until("a sentence", async || {
            page.says_something(".start-failed").await
        })
        .await;
        assert!(!page.is_visible(".loading").await);
        let n_pressable: u64 = page
            .eval(
                "return [...document.querySelectorAll('button, select, input, summary')]
                    .filter((element) => element.checkVisibility({visibilityProperty: true})).length",
            )
            .await;
        assert_eq!(n_pressable, 0);

        std::fs::write(&lost, kept).expect("it can be written");
        page.click(".start-failed a").await;
        page.connected().await;
        assert!(!page.is_visible(".start-failed").await);
        assert!(page.is_visible("[data-command=train]").await);
    })
    .await;
}

#[tokio::test]
async fn where_websockets_do_not_pass_the_page_says_so_and_keeps_what_is_done() {
    let server = Server::start().await;
    let proxy = Proxy::start(server.address()).await;
    proxy.let_websockets_pass(false);
    with_browser(async |page| {
        page.expect_network_errors();
        page.driver()
            .goto(&proxy.url())
            .await
            .expect("the page loads");
        page.draw(&XOR).await;
        page.train().await;
        for place in [".banner", "[data-component=status-line]"] {
            page.until("a sentence about WebSockets", async || {
                page.text(place).await.contains("WebSockets cannot pass")
            })
            .await;
        }
        assert_eq!(page.connection().await, "retrying");

        proxy.let_websockets_pass(true);
        page.connected().await;
        page.until("the training that was asked for", async || {
            page.step().await > 10
        })
        .await;
        assert!(!page.says_something(".banner").await);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_version_than_its_server_offers_to_reload() {
    let directory = copy_of_page();
    let html = of_another_version(&directory);
    let server = serving(&directory).await;
    with_browser(async |page| {
        page.open(&server.url("/")).await;
        let notice = "[data-component=update-notice]";
        page.until("the offer", async || page.says_something(notice).await)
            .await;
        page.draw(&XOR).await;
        page.until_points(XOR.len()).await;
        let drawn = page.stored_points().await;

        std::fs::write(directory.path().join("index.html"), html).expect("it can be written");
        page.click("[data-command=reloadPage]").await;
        page.until("the new page", async || {
            let is_new: bool = page
                .eval("return document.documentElement.dataset.page === undefined")
                .await;
            is_new && page.connection().await == "open"
        })
        .await;
        assert!(!page.is_visible(notice).await);
        assert_eq!(page.stored_points().await, drawn);
    })
    .await;
}

/// A server whose page is in a directory.
pub(super) async fn serving(directory: &TempDir) -> Server {
    let path = directory.path().to_str().expect("UTF-8");
    Server::start_with(&["--web-dir", path]).await
}

/// The page's files where they can be changed.
pub(super) fn copy_of_page() -> TempDir {
    let directory = TempDir::with_prefix("nnvisu-page-").expect("a temporary directory");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    copy(&page, directory.path());
    directory
}

/// Makes a page one that its server does not expect; gives the document as it was.
pub(super) fn of_another_version(directory: &TempDir) -> String {
    let index = directory.path().join("index.html");
    let html = std::fs::read_to_string(&index).expect("the page");
    let other = html.replacen("<html ", "<html data-page=\"another\" ", 1);
    std::fs::write(&index, other).expect("it can be written");
    html
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("the directory is ours");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the directory is ours");
        }
    }
}
