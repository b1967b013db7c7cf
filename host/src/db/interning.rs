//! Numbers for statements that will be run again.
//!
//! One table for the whole process, since a plugin keeps the numbers it was
//! given in statics; what a connection prepared for a number is its own.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, RwLock, RwLockReadGuard},
};

/// More statements than this are a plugin that interns generated text; what
/// comes later is answered as if it had not been interned.
const LIMIT: usize = 16_384;

#[derive(Default)]
struct Interned {
    numbers: HashMap<Arc<str>, u32>,
    /// Texts by number; number 0 is the empty text.
    texts: Vec<Arc<str>>,
}

static INTERNED: LazyLock<RwLock<Interned>> = LazyLock::new(|| {
    RwLock::new(Interned {
        numbers: HashMap::new(),
        texts: vec![Arc::from("")],
    })
});

fn interned() -> RwLockReadGuard<'static, Interned> {
    INTERNED
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The number of a statement's text: the same for the same text, never 0.
pub(crate) fn intern(sql: &str) -> u32 {
    if let Some(number) = interned().numbers.get(sql) {
        return *number;
    }
    let mut table = INTERNED
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(number) = table.numbers.get(sql) {
        return *number;
    }
    let number = u32::try_from(table.texts.len()).expect("the table is smaller than its limit");
    let text: Arc<str> = Arc::from(sql);
    table.texts.push(Arc::clone(&text));
    table.numbers.insert(text, number);
    number
}

/// Whether a connection should keep what it prepares for this number.
pub(crate) fn is_worth_keeping(number: u32) -> bool {
    number != 0 && (number as usize) < LIMIT
}

/// The text of a number, if it was ever given out.
pub(crate) fn text(number: u32) -> Option<Arc<str>> {
    interned()
        .texts
        .get(number as usize)
        .filter(|_| number != 0)
        .cloned()
}

/// The texts of all numbers that were given out so far.
#[cfg(feature = "testing")]
pub(crate) fn all() -> Vec<String> {
    let texts = interned();
    texts
        .texts
        .iter()
        .skip(1)
        .map(ToString::to_string)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_has_the_same_number_and_never_zero() {
        let first = intern("SELECT 'interning'");
        assert_ne!(first, 0);
        assert_eq!(intern("SELECT 'interning'"), first);
        assert_ne!(intern("SELECT 'interning' "), first);
        assert_eq!(text(first).as_deref(), Some("SELECT 'interning'"));
        assert_eq!(text(0), None);
        assert_eq!(text(u32::MAX), None);
    }
}
