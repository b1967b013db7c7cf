//! What stands beside an application's name: its logo, or the name's first
//! letter.

use crate::{OAuth, logo, models::Client, pages::Emblem};

/// Owns what a page borrows.
pub struct ShownEmblem {
    logo: Option<String>,
    initial: String,
}

impl ShownEmblem {
    pub fn of(oauth: &OAuth, client: &Client) -> Self {
        let first = client.name.chars().next();
        Self {
            logo: logo::path(client).map(|path| oauth.own_path(&path)),
            initial: first
                .map(|letter| letter.to_uppercase().collect())
                .unwrap_or_default(),
        }
    }

    pub fn as_emblem(&self) -> Emblem<'_> {
        Emblem {
            logo: self.logo.as_deref(),
            initial: &self.initial,
        }
    }
}
