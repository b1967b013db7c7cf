//! A folder with a site's configuration and plugins, and libraries to put
//! into it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

use abi_stable::{
    library::LibHeader,
    std_types::{ROption, RStr, RString, RVec},
};
use hob::{
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    plugins::{self, Core, InstalledPlugins, ResolvedPlugin, lock},
};
use hob_plugin_manifest::{ABI_VERSION, Manifest, Migration, Packed, packed};
use hob_plugin_sdk::abi::{
    RawContext, RawInterface,
    host::{HostHandle, RawService},
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// `enabled` begins at 4:12 of its hob.toml, so its first id stands at 4:12.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// A site that enables these plugins; `more` ends its hob.toml.
    pub fn new(enabled: &[&str], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let enabled: Vec<_> = enabled.iter().map(|id| format!("{id:?}")).collect();
        let text = format!(
            "[site]\nurl = \"http://localhost\"\n[plugins]\nenabled = [{}]\n{more}",
            enabled.join(", ")
        );
        fs::write(folder.path().join("hob.toml"), text).unwrap();
        fs::create_dir(folder.path().join("plugins")).unwrap();
        Self { folder }
    }

    /// A site that enables the plugin `x`.
    pub fn with_x() -> Self {
        Self::new(&["x"], "")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn install(&self, file: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path("plugins").join(file);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn config(&self) -> Config {
        Config::load(&self.path("hob.toml")).unwrap()
    }

    pub fn installed(&self) -> InstalledPlugins {
        plugins::discover(&self.config())
    }

    pub fn lock(&self) {
        lock::write(&self.config().lock_file(), &self.installed().plugins).unwrap();
    }

    pub fn resolve(&self) -> Result<Vec<ResolvedPlugin>, Diagnostics> {
        plugins::resolve(&self.config(), &self.installed(), &Core::default())
    }

    /// What the operator reads, with the site's folder left out: the same from
    /// the program, which ends with 1.
    pub fn refused(&self) -> String {
        let refused = self.shown(&self.resolve().unwrap_err());
        assert_eq!(self.hob(&["plugins", "check"]).fails(), refused);
        refused
    }

    /// A command of the program on this site.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hob"));
        command
            .arg("--config")
            .arg(self.path("hob.toml"))
            .args(arguments)
            .env_remove("RUST_LOG");
        command
    }

    /// Runs a command of the program.
    pub fn hob(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| self.shown(&String::from_utf8(bytes).unwrap());
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Why the only file in the folder can't be used.
    pub fn refused_file(&self) -> String {
        let installed = self.installed();
        assert_eq!(installed.refused.len(), 1, "{installed:?}");
        // It is also what an operator is told who enabled what is in it.
        assert!(self.refused().contains(&self.shown(&installed.refused[0])));
        self.shown(&installed.refused[0])
    }

    /// Why the plugin `x`, which is sound and locked, can't be opened.
    pub fn refused_open(&self) -> String {
        self.lock();
        let refused = match self.resolve().unwrap()[0].open() {
            Ok(_) => panic!("the plugin was opened"),
            Err(diagnostic) => self.shown(&diagnostic),
        };
        assert_eq!(self.refused_start(), refused);
        refused
    }

    /// What `hob serve` says where only the start of a plugin shows what is
    /// wrong.
    pub fn refused_start(&self) -> String {
        self.hob(&["plugins", "check"]).succeeds();
        self.hob(&["dbupdate"]).succeeds();
        self.hob(&["serve"]).fails()
    }

    pub fn shown(&self, error: &impl ToString) -> String {
        let folder = format!("{}/", self.folder.path().display());
        error.to_string().replace(&folder, "")
    }

    pub fn open_error(&self, result: Result<plugins::OpenedPlugin, Diagnostic>) -> String {
        self.shown(&result.err().expect("the plugin is refused"))
    }
}

/// What a command did, without the site's folder in what it said.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Asserts that all went well and returns what it printed.
    #[track_caller]
    pub fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// Asserts that it failed and returns what it said, without the last
    /// line's end.
    #[track_caller]
    pub fn fails(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.stderr.trim_end_matches('\n').to_owned()
    }
}

/// The manifest section of a plugin of this id.
pub fn manifest(id: &str) -> Vec<u8> {
    manifest_with(id, "", Vec::new())
}

/// The same with more lines in its plugin.toml, and migrations.
pub fn manifest_with(id: &str, lines: &str, migrations: Vec<Migration>) -> Vec<u8> {
    packed::pack(&Packed {
        abi: ABI_VERSION,
        version: "1.2.3".into(),
        manifest: Manifest::parse(&format!("id = {id:?}\ntitle = \"t\"\n{lines}")).unwrap(),
        migrations,
        locales: Vec::new(),
    })
}

/// A manifest section around any payload.
pub fn section(payload: &str) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    [
        b"HOBPLUG\0".as_slice(),
        &1_u32.to_le_bytes(),
        &length.to_le_bytes(),
        &Sha256::digest(payload),
        payload.as_bytes(),
    ]
    .concat()
}

/// An entry that is large enough, and no abi_stable header.
pub fn c_entry() -> String {
    format!(
        "char hob_plugin_header[{}] = {{1}};",
        size_of::<LibHeader>()
    )
}

/// A library of this manifest section, compiled from C.
pub fn c_library(manifest: Option<&[u8]>, source: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut text = source.to_owned();
    if let Some(manifest) = manifest {
        let packed = folder.path().join("packed");
        fs::write(&packed, manifest).unwrap();
        text += &format!(
            "\n__asm__(\".section .hob_plugin,\\\"a\\\"\\n.incbin \\\"{}\\\"\\n.text\\n\");\n",
            packed.display()
        );
    }
    let (source, library) = (folder.path().join("x.c"), folder.path().join("x.so"));
    fs::write(&source, text).unwrap();
    run(Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .args(arguments));
    fs::read(library).unwrap()
}

/// A plugin `x` in C that is sound until it is opened.
pub fn c_plugin() -> Vec<u8> {
    c_library(Some(&manifest("x")), &c_entry(), &[])
}

/// One of this package's example libraries, as a plugin of this id.
pub fn rust_plugin(example: &str, id: &str) -> Vec<u8> {
    rust_library(example, &manifest(id))
}

/// One of this package's example libraries with this manifest section.
pub fn rust_library(example: &str, manifest: &[u8]) -> Vec<u8> {
    static BUILT: Once = Once::new();
    let executable = std::env::current_exe().unwrap();
    let profile = executable.parent().and_then(Path::parent).unwrap();
    let library = profile.join(format!("examples/lib{example}.so"));
    BUILT.call_once(|| {
        // `cargo test` builds them, unless it was told to build one test.
        if !library.exists() {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--package", "hob", "--examples", "--target-dir"]);
            cargo.arg(profile.parent().unwrap());
            if profile.ends_with("release") {
                cargo.arg("--release");
            }
            run(&mut cargo);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let (packed, output) = (folder.path().join("packed"), folder.path().join("x.so"));
    fs::write(&packed, manifest).unwrap();
    run(Command::new("objcopy")
        .arg("--add-section")
        .arg(format!(".hob_plugin={}", packed.display()))
        .args([&library, &output]));
    fs::read(output).unwrap()
}

/// A host that offers nothing.
pub fn host(plugin: &ResolvedPlugin, config: &str) -> HostHandle {
    extern "C" fn interface(_: RawContext, _: RStr<'_>, _: u32) -> ROption<RawInterface> {
        ROption::RNone
    }
    extern "C" fn services(_: RawContext, _: RStr<'_>, _: u32) -> RVec<RawService> {
        RVec::new()
    }
    HostHandle {
        context: std::ptr::null(),
        plugin_id: RString::from(plugin.id()),
        config: RString::from(config),
        interface,
        services,
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
