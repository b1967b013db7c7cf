//! Whatever stands in the file, it is answered and nothing panics.

use std::path::Path;

use proptest::prelude::*;

use super::Config;

proptest! {
    #[test]
    fn a_changed_example_is_answered(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..8),
        removed in any::<prop::sample::Index>(),
    ) {
        let mut text: Vec<char> = Config::default_toml(&["oauth"]).chars().collect();
        for (index, character) in changes {
            let place = index.index(text.len());
            text[place] = character;
        }
        text.remove(removed.index(text.len()));
        let text: String = text.into_iter().collect();
        if let Err(errors) = Config::parse(Path::new("hob.toml"), text) {
            prop_assert!(errors.to_string().starts_with("error: "));
        }
    }

    #[test]
    fn any_text_is_answered(text in ".*") {
        let _ = Config::parse(Path::new("hob.toml"), text);
    }
}
