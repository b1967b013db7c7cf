//! Clients that treat their connection in unusual ways.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

use crate::support::{Installation, installation::PATIENCE};

#[test]
fn a_client_that_has_said_all_still_gets_its_answer() {
    let installation = Installation::new(&[]);
    let _site = installation.serve();
    let mut connection = TcpStream::connect(installation.address()).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: hob\r\n\r\n")
        .unwrap();
    connection.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
}
