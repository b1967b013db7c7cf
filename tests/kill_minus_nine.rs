//! What was acknowledged survives the end of the process at any moment.

use std::{
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use std::io::{Read, Write};

use crate::support::{
    Installation, Visitor,
    application::Application,
    photograph::{self, TURNED},
    upload::Upload,
};

const ROUNDS: u64 = 50;

/// Sends a request; an answer counts if it arrived to its end.
fn acknowledged(installation: &Installation, request: &[u8]) -> Option<String> {
    let mut connection = TcpStream::connect(installation.address()).ok()?;
    connection.write_all(request).ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(Some(0), |length| length.parse().ok())?;
    (body.len() == length).then_some(answer)
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// A moment of the round's own, so that each kill meets another step.
fn moment(round: u64) -> Duration {
    Duration::from_millis(20 + round * 7 % 180)
}

#[test]
fn no_acknowledged_upload_is_lost() {
    let installation = Installation::new(&[]);
    installation.add_member("alice", "a long password");
    let mut site = installation.serve();
    let alice = site.member("alice", "a long password");
    let upload = Upload::new("cat.jpg", photograph::bytes(TURNED))
        .field("csrf", &alice.csrf("/upload"))
        .field("visibility", "unlisted");
    let request = upload.request("/upload", &[("cookie", &alice.cookies())]);
    let page = alice.publish(Upload::new("cat.jpg", photograph::bytes(TURNED)));
    let clean = original(&alice, &page);

    let mut all = vec![page];
    let enough = (ROUNDS / 2) as usize;
    let mut round = 0;
    // On a busy machine more rounds end before anything is uploaded.
    while round < ROUNDS || (all.len() <= enough && round < 4 * ROUNDS) {
        let pages = Mutex::new(Vec::new());
        let stopped = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !stopped.load(Ordering::Relaxed) {
                        let Some(answer) = acknowledged(&installation, &request) else {
                            continue;
                        };
                        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
                        let page = header(&answer, "location").expect("it leads to the page");
                        pages.lock().unwrap().push(page.to_owned());
                    }
                });
            }
            thread::sleep(moment(round));
            site.kill();
            stopped.store(true, Ordering::Relaxed);
        });
        site = installation.serve();
        let visitor = site.visitor();
        let pages = pages.into_inner().unwrap();
        for page in &pages {
            assert!(original(&visitor, page) == clean, "{page} in round {round}");
        }
        all.extend(pages);
        round += 1;
    }
    assert!(all.len() > enough, "hardly anything was uploaded");
    let visitor = site.visitor();
    for page in &all {
        assert!(original(&visitor, page) == clean, "{page} was lost later");
    }
    // What a kill interrupted in the background is finished too.
    for page in &all[all.len().saturating_sub(5)..] {
        photograph::wait_until_ready(&visitor, page);
    }
}

fn original(visitor: &Visitor, page: &str) -> Vec<u8> {
    visitor.get(page).expect(200);
    let id = page.rsplit('/').next().expect("a page has an id");
    visitor
        .get(&format!("/media/{id}/original"))
        .expect(200)
        .body
}

#[test]
fn no_acknowledged_token_is_lost() {
    let installation = Installation::new(&["oauth", "api"]);
    installation.add_member("alice", "a long password");
    let application = Application::register(&installation, &[]);
    let mut site = installation.serve();
    let alice = site.member("alice", "a long password");
    let mut families: Vec<String> = (0..3)
        .map(|_| text(&application.connect(&alice), "refresh_token"))
        .collect();
    let mut renewed = 0;
    for round in 0..ROUNDS {
        let stopped = AtomicBool::new(false);
        let access_tokens = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for refresh_token in &mut families {
                scope.spawn(|| {
                    while !stopped.load(Ordering::Relaxed) {
                        let request = application.refresh_request(refresh_token);
                        let Some(answer) = acknowledged(&installation, &request) else {
                            continue;
                        };
                        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
                        let tokens = serde_json::from_str(body).expect("JSON");
                        *refresh_token = text(&tokens, "refresh_token");
                        let access_token = text(&tokens, "access_token");
                        access_tokens.lock().unwrap().push(access_token);
                    }
                });
            }
            thread::sleep(moment(round));
            site.kill();
            stopped.store(true, Ordering::Relaxed);
        });
        site = installation.serve();
        let access_tokens = access_tokens.into_inner().unwrap();
        renewed += access_tokens.len();
        for token in access_tokens {
            site.visitor()
                .with_token(&token)
                .get("/api/v1/me")
                .expect(200);
        }
    }
    assert!(renewed as u64 > ROUNDS / 2, "hardly any token was renewed");
    // The last refresh token of each family is good, even where its
    // successor's answer was cut off.
    for refresh_token in &families {
        application.refresh(refresh_token).expect(200);
    }
}

fn text(json: &serde_json::Value, name: &str) -> String {
    json[name].as_str().expect("a text").to_owned()
}
