//! The configuration of nginx.

use nnvisu_tests::nginx::Site;

#[test]
fn nginx_accepts_the_configuration() {
    let nowhere = "127.0.0.1:1".parse().expect("an address");
    let site = Site::new([nowhere, nowhere]);
    let output = site
        .nginx()
        .arg("-t")
        .output()
        .expect("nginx runs (`cargo xtask test` installs it on Debian)");
    let said = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        site.log()
    );
    assert!(output.status.success(), "{said}");
}
