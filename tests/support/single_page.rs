//! The application `tests/clients/browser`, served as files on an origin of
//! its own.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use super::{
    Installation,
    application::Application,
    installation::{PATIENCE, free_address},
    node, programs, python,
};

/// A web server that has nothing but the page's files.
pub struct SinglePage {
    address: SocketAddr,
    server: Child,
    _folder: TempDir,
}

impl SinglePage {
    /// Registers the page's application at the site and serves it.
    pub fn start(installation: &Installation) -> Self {
        let address = free_address();
        let url = url(address);
        let application = Application::register_at(installation, &url, &["--public"]);
        let folder = TempDir::with_prefix("hob-page-").expect("a temporary folder");
        let source = programs::repository().join("tests/clients/browser");
        for name in ["index.html", "app.js"] {
            fs::copy(source.join(name), folder.path().join(name)).unwrap();
        }
        fs::copy(
            node::package_file("oauth4webapi/build/index.js"),
            folder.path().join("oauth4webapi.js"),
        )
        .unwrap();
        let config = json!({
            "site": installation.url(),
            "client_id": application.client_id,
            "redirect_uri": url,
        });
        fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let server = Command::new(python::environment().join("bin/python"))
            .args(["-m", "http.server", "--bind", "127.0.0.1"])
            .arg("--directory")
            .arg(folder.path())
            .arg(address.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python is installed");
        let mut page = Self {
            address,
            server,
            _folder: folder,
        };
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            let ended = page.server.try_wait().unwrap();
            assert!(ended.is_none(), "the page's server ended with {ended:?}");
            assert!(Instant::now() < end, "the page's server does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        page
    }

    pub fn url(&self) -> String {
        url(self.address)
    }
}

/// Under another name than the site's, so that the two share no site either.
fn url(address: SocketAddr) -> String {
    format!("http://localhost:{}/", address.port())
}

impl Drop for SinglePage {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
