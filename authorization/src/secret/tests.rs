use std::{collections::HashSet, time::Duration};

use proptest::prelude::*;

use super::*;

const KINDS: [SecretKind; 13] = [
    SecretKind::AccessToken,
    SecretKind::RefreshToken,
    SecretKind::AuthorizationCode,
    SecretKind::ClientSecret,
    SecretKind::AuthorizationRequest,
    SecretKind::DeviceCode,
    SecretKind::InitialAccessToken,
    SecretKind::RegistrationAccessToken,
    SecretKind::PersonalToken,
    SecretKind::RequestToken,
    SecretKind::SignedAccessToken,
    SecretKind::SigningSecret,
    SecretKind::Verifier,
];

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fn generate(kind: SecretKind) -> PlainSecret {
    PlainSecret::generate(kind, NOW, &mut operating_system_randomness())
}

#[test]
fn a_secret_is_read_as_its_own_kind_only() {
    for kind in KINDS {
        let secret = generate(kind);
        assert_eq!(secret.reveal().len(), kind.length());
        for other in KINDS {
            let read = PlainSecret::parse(other, secret.reveal());
            assert_eq!(read.is_some(), kind == other, "{kind:?} as {other:?}");
            let digest = SecretDigest::of_issued(other, secret.reveal());
            assert_eq!(digest, read.map(|read| read.digest()));
        }
    }
}

/// What is written together stands together, and what is written later
/// stands behind it.
#[test]
fn digests_of_what_is_issued_often_are_in_the_order_of_time() {
    for kind in KINDS {
        let mut randomness = operating_system_randomness();
        let issued: Vec<PlainSecret> = (0..50)
            .map(|step| NOW + Duration::from_millis(20 * step))
            .map(|now| PlainSecret::generate(kind, now, &mut randomness))
            .collect();
        assert_eq!(
            issued.is_sorted_by_key(PlainSecret::digest),
            kind.is_issued_often()
        );
        for secret in issued {
            let plain = SecretDigest::of(secret.reveal());
            assert_eq!(secret.digest() == plain, !kind.is_issued_often());
            let digest = SecretDigest::of_issued(kind, secret.reveal());
            assert_eq!(digest, Some(secret.digest()));
        }
    }
}

/// Two secrets of the same moment are told apart by the hash alone.
#[test]
fn the_hash_of_the_whole_secret_is_in_the_digest() {
    let secret = generate(SecretKind::RefreshToken);
    let hash = SecretDigest::of(secret.reveal()).0;
    assert_eq!(secret.digest().0[..5], Moment::of(NOW).bytes());
    assert_eq!(secret.digest().0[5..], hash[..27]);
}

#[test]
fn a_moment_is_read_as_it_was_written() {
    for number in [0, 1, 61, 62, (1 << Moment::BITS) - 1] {
        let mut text = String::new();
        push_base62::<MOMENT_LENGTH>(&mut text, number);
        assert_eq!(Moment::read(&text), Some(Moment(number)));
    }
    let mut beyond = String::new();
    push_base62::<MOMENT_LENGTH>(&mut beyond, 1 << Moment::BITS);
    for wrong in [beyond.as_str(), "000 000", "00000é"] {
        assert_eq!(Moment::read(wrong), None, "{wrong}");
    }
}

#[test]
fn one_changed_letter_fails_the_checksum() {
    let secret = generate(SecretKind::AccessToken);
    let text = secret.reveal();
    for at in SecretKind::AccessToken.prefix().len()..text.len() {
        let mut changed = text.as_bytes().to_vec();
        changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(PlainSecret::parse(SecretKind::AccessToken, &changed), None);
    }
}

/// The random numbers that a secret was made of.
fn random_words(secret: &PlainSecret) -> [u64; 4] {
    let start = secret.reveal().len() - CHECKSUM_LENGTH - BODY_LENGTH;
    let body = &secret.reveal().as_bytes()[start..start + BODY_LENGTH];
    let number = |digits: &[u8]| {
        digits.iter().fold(0_u64, |number, digit| {
            let value = ALPHABET.iter().position(|letter| letter == digit);
            number * 62 + value.expect("a digit of base 62") as u64
        })
    };
    let mut words = body.chunks(WORD_LENGTH).map(number);
    std::array::from_fn(|_| words.next().expect("a body is four words"))
}

/// Check 59. Each of the 256 bits is set in half of all secrets; chance
/// alone is off by a tenth of what is let pass here.
#[test]
fn none_repeats_in_a_large_sample_and_each_bit_is_as_often_set_as_not() {
    const SAMPLE: u32 = 10_000;
    let mut seen = HashSet::new();
    for kind in KINDS {
        let mut set = [0_u32; 256];
        for _ in 0..SAMPLE {
            let secret = generate(kind);
            let words = random_words(&secret);
            for (at, count) in set.iter_mut().enumerate() {
                *count += u32::from(words[at / 64] >> (at % 64) & 1 == 1);
            }
            assert!(seen.insert(secret), "a secret repeats");
        }
        for (at, count) in set.into_iter().enumerate() {
            let off = count.abs_diff(SAMPLE / 2);
            assert!(off < SAMPLE / 20, "bit {at} of {kind:?}: {count}");
        }
    }
}

#[test]
fn the_body_holds_256_bits() {
    // 62^11 is above 2^64, so a word never loses a bit.
    assert!(62_u128.pow(11) > 1 << 64);
    let mut text = String::new();
    push_base62::<WORD_LENGTH>(&mut text, u64::MAX);
    assert_eq!(text, "LygHa16AHYF");
}

#[test]
fn neither_type_prints_what_it_holds() {
    let secret = generate(SecretKind::ClientSecret);
    assert_eq!(format!("{secret:?}"), "PlainSecret(…)");
    let digest = format!("{:?}", secret.digest());
    assert!(!digest.contains(secret.reveal()));
    assert_eq!(digest.len(), "SecretDigest(0123456789abcdef…)".len());
}

#[test]
fn digests_match_only_their_own_secret() {
    let (one, other) = (
        generate(SecretKind::ClientSecret),
        generate(SecretKind::ClientSecret),
    );
    assert!(one.digest().matches(&SecretDigest::of(one.reveal())));
    assert!(!one.digest().matches(&other.digest()));
    assert!(!one.digest().matches(&SecretDigest::of_nothing()));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}") {
        for kind in KINDS {
            let _ = PlainSecret::parse(kind, &text);
            let prefixed = format!("{}{text}", kind.prefix());
            let _ = PlainSecret::parse(kind, &prefixed);
        }
    }
}
