//! A site that is stopped finishes what it has begun.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    Installation, each_database,
    installation::PATIENCE,
    photograph::{self, TURNED},
    upload::Upload,
};

#[test]
fn an_upload_in_flight_is_finished_when_the_site_is_told_to_stop() {
    each_database(|database| {
        let installation = Installation::on(database, &[]);
        installation.add_member("alice", "a long password");
        let mut site = installation.serve();
        let alice = site.member("alice", "a long password");
        let request = Upload::new("cat.jpg", photograph::bytes(TURNED))
            .field("csrf", &alice.csrf("/upload"))
            .field("title", "Finished")
            .request("/upload", &[("cookie", &alice.cookies())]);
        let (first, rest) = request.split_at(request.len() / 2);

        let mut connection = TcpStream::connect(installation.address()).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection.write_all(first).unwrap();
        thread::sleep(Duration::from_millis(100));
        site.terminate();
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(installation.address()).is_ok() {
            assert!(Instant::now() < end, "it still takes new connections");
            thread::sleep(Duration::from_millis(5));
        }
        connection.write_all(rest).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        assert!(site.ended().success(), "{}", site.log());

        let page = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "))
            .expect("it leads to the photograph")
            .to_owned();
        drop(site);
        let site = installation.serve();
        let shown = site.visitor().get(&page).expect(200);
        assert!(shown.text().contains("Finished"));
        photograph::assert_clean_and_upright(&site.visitor(), &page);
    });
}

#[test]
fn a_stop_waits_for_a_silent_client_no_longer_than_it_was_told() {
    let installation = Installation::new(&[]);
    installation.edit_configuration("shutdown_timeout = \"30s\"", "shutdown_timeout = \"1s\"");
    let mut site = installation.serve();
    let mut silent = TcpStream::connect(installation.address()).unwrap();
    silent
        .write_all(
            b"POST /login HTTP/1.1\r\nHost: hob\r\n\
              Content-Type: application/x-www-form-urlencoded\r\n\
              Content-Length: 10\r\n\r\nhalf",
        )
        .unwrap();
    thread::sleep(Duration::from_millis(100));
    site.terminate();
    assert!(site.ended().success(), "{}", site.log());
    assert!(site.log().contains("broken off"), "{}", site.log());
}
