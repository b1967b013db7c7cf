//! A plugin compiled so that a panic ends the process is refused by the
//! compiler, since it would take the whole site along.

use std::process::Command;

#[test]
fn a_plugin_with_panic_abort_does_not_compile() {
    let output = Command::new(env!("CARGO"))
        .args([
            "rustc",
            "--locked",
            "--quiet",
            "-p",
            "hob-hello-plugin",
            "--lib",
        ])
        .args(["--", "-C", "panic=abort", "--emit=metadata"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains("a Hob plugin can't be built with panic = \"abort\""),
        "{said}"
    );
}
