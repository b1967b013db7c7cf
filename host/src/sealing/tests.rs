use super::*;

const HERE: Place<'_> = Place {
    plugin: "one",
    place: "row 7, secret",
};

fn key() -> Key {
    Key::generate(Timestamp::UNIX_EPOCH)
}

fn ring(keys: Vec<Key>) -> KeyRing {
    KeyRing::new(keys).unwrap()
}

fn copy(key: &Key) -> Key {
    Key::new(key.bytes.clone(), key.made_at)
}

fn opened(ring: &KeyRing, sealed: &[u8], place: Place<'_>) -> Result<Vec<u8>, SealError> {
    let mut buffer = vec![0; sealed.len()];
    let length = ring.open(sealed, place, &mut buffer)?;
    assert!(buffer[length..].iter().all(|byte| *byte == 0));
    buffer.truncate(length);
    Ok(buffer)
}

#[test]
fn what_is_sealed_opens_at_its_place_and_nowhere_else() {
    let ring = ring(vec![key()]);
    for secret in [&b""[..], b"kd94hf93k423kf44", &[0; 1000]] {
        let sealed = ring.seal(secret, HERE).unwrap();
        assert_eq!(sealed.len(), secret.len() + OVERHEAD);
        assert_eq!(opened(&ring, &sealed, HERE).as_deref(), Ok(secret));
        for (plugin, place) in [
            ("one", "row 8, secret"),
            ("two", "row 7, secret"),
            ("one", "row 7, secre"),
            ("one\0row 7", " secret"),
        ] {
            let elsewhere = Place { plugin, place };
            assert_eq!(
                opened(&ring, &sealed, elsewhere),
                Err(SealError::NotSealedHere)
            );
        }
    }
}

#[test]
fn no_byte_of_it_can_be_changed_and_none_be_missing() {
    let ring = ring(vec![key()]);
    let sealed = ring.seal(b"secret", HERE).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let refused = opened(&ring, &changed, HERE).unwrap_err();
        let names_a_key = (1..HEADER_LENGTH).contains(&at);
        assert_eq!(
            matches!(refused, SealError::KeyMissing(_)),
            names_a_key,
            "{at}"
        );
        assert!(opened(&ring, &sealed[..at], HERE).is_err());
    }
    assert_eq!(opened(&ring, &sealed, HERE).as_deref(), Ok(&b"secret"[..]));
}

#[test]
fn the_first_key_seals_and_all_open() {
    let (old, new) = (key(), key());
    let before = ring(vec![copy(&old)]);
    let sealed = before.seal(b"secret", HERE).unwrap();
    let after = ring(vec![copy(&new), copy(&old)]);
    assert_eq!(opened(&after, &sealed, HERE).as_deref(), Ok(&b"secret"[..]));
    let anew = after.seal(b"secret", HERE).unwrap();
    assert_eq!(
        opened(&before, &anew, HERE),
        Err(SealError::KeyMissing(new.id()))
    );
    let retired = ring(vec![copy(&new)]);
    assert_eq!(opened(&retired, &anew, HERE).as_deref(), Ok(&b"secret"[..]));
    assert_eq!(
        opened(&retired, &sealed, HERE),
        Err(SealError::KeyMissing(old.id()))
    );
}

#[test]
fn the_same_secret_is_sealed_otherwise_each_time_and_a_long_one_not_at_all() {
    let ring = ring(vec![key()]);
    let seal = |secret: &[u8]| ring.seal(secret, HERE);
    assert_ne!(seal(b"secret").unwrap(), seal(b"secret").unwrap());
    assert!(seal(&vec![0; LONGEST_SECRET]).is_ok());
    assert_eq!(seal(&vec![0; LONGEST_SECRET + 1]), Err(SealError::TooLong));
}

#[test]
fn a_key_prints_its_id_alone() {
    let key = key();
    assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
    assert_eq!(key.id().to_string().len(), 16);
}
