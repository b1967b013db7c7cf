//! The example application `examples/photo-desk`, running.

use std::{
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Installation,
    application::Application,
    installation::{PATIENCE, free_address},
    programs, python,
};

/// A running Photo Desk.
pub struct PhotoDesk {
    address: SocketAddr,
    server: Child,
}

impl PhotoDesk {
    /// Registers it at the site and starts it.
    pub fn start(installation: &Installation) -> Self {
        let address = free_address();
        let callback = format!("http://{address}/callback");
        let application = Application::register_at(installation, &callback, &[]);
        let secret = application.client_secret.expect("it is confidential");
        let app = programs::repository().join("examples/photo-desk/app.py");
        let server = Command::new(python::environment().join("bin/python"))
            .arg(app)
            .env("HOB_URL", installation.url())
            .env("CLIENT_ID", &application.client_id)
            .env("CLIENT_SECRET", secret)
            .env("PORT", address.port().to_string())
            .stdin(Stdio::null())
            .spawn()
            .expect("Photo Desk can be started");
        let mut desk = Self { address, server };
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            let ended = desk.server.try_wait().unwrap();
            assert!(ended.is_none(), "Photo Desk ended with {ended:?}");
            assert!(Instant::now() < end, "Photo Desk does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        desk
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for PhotoDesk {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
