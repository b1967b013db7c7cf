use super::*;

fn now() -> Timestamp {
    "2026-11-26T11:30:00Z".parse().unwrap()
}

fn fresh() -> (tempfile::TempDir, KeyFile, KeyId) {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::at(folder.path().join("hob.keys"));
    let id = file.create(now()).unwrap();
    (folder, file, id)
}

fn ids(file: &KeyFile) -> Vec<KeyId> {
    file.read().unwrap().keys().iter().map(Key::id).collect()
}

fn mode(file: &KeyFile) -> u32 {
    fs::metadata(file.path()).unwrap().mode() & 0o7777
}

#[test]
fn keys_are_made_added_promoted_and_taken_out() {
    let (_folder, file, first) = fresh();
    assert_eq!(ids(&file), [first]);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(file.read().unwrap().newest().made_at(), now());
    assert!(matches!(file.create(now()), Err(KeyFileError::Exists)));
    let second = file.add(now()).unwrap();
    assert_eq!(ids(&file), [first, second]);
    file.promote(second).unwrap();
    assert_eq!(ids(&file), [second, first]);
    assert_eq!(mode(&file), 0o600);
    assert!(matches!(file.remove(second), Err(KeyFileError::Seals(_))));
    let nobody = KeyId::new(7);
    assert!(matches!(file.remove(nobody), Err(KeyFileError::Unknown(_))));
    assert!(matches!(
        file.promote(nobody),
        Err(KeyFileError::Unknown(_))
    ));
    file.remove(first).unwrap();
    assert_eq!(ids(&file), [second]);
}

#[test]
fn nobody_else_may_own_or_read_it() {
    const ME: u32 = 1000;
    for (owner, mode, taken) in [
        (ME, 0o600, true),
        (ME, 0o400, true),
        (ME, 0o640, false),
        (ME, 0o604, false),
        (ME, 0o660, false),
        (0, 0o640, true),
        (0, 0o400, true),
        (0, 0o660, false),
        (0, 0o644, false),
        (1001, 0o600, false),
    ] {
        assert_eq!(
            check_mode(owner, mode, ME).is_ok(),
            taken,
            "{owner} {mode:o}"
        );
    }
    let (_folder, file, _) = fresh();
    let readable = fs::Permissions::from_mode(0o644);
    fs::set_permissions(file.path(), readable).unwrap();
    let error = file.read().unwrap_err();
    assert!(matches!(error, KeyFileError::Open(0o644)));
    let said = file.diagnostic(&error).to_string();
    assert!(
        said.contains("can read or change the file of keys (mode 0644)")
            && said.contains("fix: chmod 600 "),
        "{said}"
    );
}

#[test]
fn a_damaged_line_is_an_error_with_its_number() {
    let (_folder, file, _) = fresh();
    let text = fs::read_to_string(file.path()).unwrap();
    let (heading, line) = text.split_at(HEADING.len());
    let line = line.trim_end();
    let (rest, last) = line.split_at(line.len() - 1);
    let flipped = if last == "A" { "E" } else { "A" };
    for (damaged, problem) in [
        (format!("{rest}{flipped}"), "damaged"),
        (rest.to_owned(), "not 32 bytes"),
        (line.replacen("2026", "yesterday", 1), "its time"),
        (format!("{line} more"), "an id, a time"),
        (format!("{line}\n{line}"), "twice"),
    ] {
        let error = parse(&format!("{heading}{damaged}\n")).unwrap_err();
        let KeyFileError::Line {
            line,
            problem: told,
        } = error
        else {
            panic!("{error}");
        };
        assert!(told.contains(problem), "{told}");
        assert_eq!(line, if problem == "twice" { 6 } else { 5 });
    }
    assert!(matches!(parse(HEADING), Err(KeyFileError::Content(_))));
    assert!(parse(&format!("{heading}\n  {line}  \n\n")).is_ok());
}

#[test]
fn what_is_no_file_of_keys_is_told_apart_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::at(folder.path().join("hob.keys"));
    let error = file.read().unwrap_err();
    assert!(matches!(error, KeyFileError::Missing));
    let said = file.diagnostic(&error).to_string();
    assert!(said.contains("`hob keys init`"), "{said}");
    for content in [&b"\xff\xfe"[..], &vec![b'#'; 70_000]] {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut handle = options.open(file.path()).unwrap();
        handle.write_all(content).unwrap();
        assert!(matches!(file.read(), Err(KeyFileError::Content(_))));
    }
}

#[test]
fn a_link_to_it_stays_a_link() {
    let (folder, file, first) = fresh();
    let link = KeyFile::at(folder.path().join("link.keys"));
    std::os::unix::fs::symlink(file.path(), link.path()).unwrap();
    link.add(now()).unwrap();
    assert!(link.path().is_symlink());
    assert_eq!(ids(&file).len(), 2);
    assert_eq!(ids(&file)[0], first);
}
