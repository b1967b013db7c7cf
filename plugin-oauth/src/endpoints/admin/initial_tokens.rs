//! `/admin/initial-tokens`: an administrator gives initial access tokens out,
//! each shown once, and takes them back.

use std::time::Duration;

use hob_authorization::{
    admin::{act, done, form},
    remark::{LONGEST_REMARK, remark},
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, http::Fields, prelude::*};

use super::{policy::show_policy, policy_path};
use crate::{
    OAuth,
    endpoints::member_page::{TimeText, notice, page},
    operations::{self, InitialTokenError, Issued, MOST_USES, USUAL_LIFETIME, Wanted},
    pages::{InitialTokenPage, OwnedField},
};

const DAY: u64 = 24 * 3600;

/// What was typed into the form, or stands in it to begin with, and what is
/// wrong with it.
pub(super) struct TypedToken {
    uses: String,
    days: String,
    note: String,
    refused: Option<Refused>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    Uses,
    Days,
    Note,
}

impl TypedToken {
    pub(super) fn usual() -> Self {
        Self {
            uses: "1".to_owned(),
            days: (USUAL_LIFETIME.as_secs() / DAY).to_string(),
            note: String::new(),
            refused: None,
        }
    }

    fn of(fields: &Fields) -> Self {
        let text = |name| fields.first(name).unwrap_or_default().to_owned();
        Self {
            uses: text("uses"),
            days: text("days"),
            note: text("note"),
            refused: None,
        }
    }

    fn wanted(&self) -> Result<Wanted, Refused> {
        let note = remark(&self.note).map_err(|_| Refused::Note)?;
        let uses = self.uses.trim().parse().map_err(|_| Refused::Uses)?;
        let days: u64 = self.days.trim().parse().map_err(|_| Refused::Days)?;
        let lifetime = Duration::from_secs(days.saturating_mul(DAY));
        Wanted::new(uses, lifetime, note).map_err(|error| match error {
            InitialTokenError::Uses => Refused::Uses,
            InitialTokenError::Lifetime => Refused::Days,
        })
    }

    fn field(&self, value: &str, own: Refused, problem: String) -> OwnedField {
        OwnedField {
            value: value.to_owned(),
            error: (self.refused == Some(own)).then_some(problem),
        }
    }

    pub(super) fn uses(&self, words: Words) -> OwnedField {
        let problem = words.say("problem-token-uses").with("most", MOST_USES);
        self.field(&self.uses, Refused::Uses, problem.to_string())
    }

    pub(super) fn days(&self, words: Words) -> OwnedField {
        let problem = words.say("problem-token-days");
        self.field(&self.days, Refused::Days, problem.to_string())
    }

    pub(super) fn note(&self, words: Words) -> OwnedField {
        let problem = words.say("problem-remark").with("most", LONGEST_REMARK);
        self.field(&self.note, Refused::Note, problem.to_string())
    }
}

/// Gives one out, and shows it: only now.
pub async fn issue(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let mut typed = TypedToken::of(&form(&request)?);
    let wanted = match typed.wanted() {
        Ok(wanted) => wanted,
        Err(refused) => {
            typed.refused = Some(refused);
            return show_policy(&oauth, &request, 422, &typed).await;
        }
    };
    let act = act(oauth.host(), &request)?;
    let Issued { plain, token } = operations::issue_initial_token(&oauth, act, wanted).await?;
    let words = request.words();
    let until = TimeText::of_end(words, token.expires_at);
    Ok(page(
        201,
        &words.say("initial-token-title").to_string(),
        &InitialTokenPage {
            words,
            site_name: &oauth.host().site().name,
            token: plain.reveal(),
            uses: token.uses_left,
            until: until.moment(),
            register_url: &oauth.host().site().plugin_url("/register"),
            policy_url: &policy_path(&oauth),
        },
    )
    .with_header("referrer-policy", "no-referrer"))
}

/// Ends one. Applications that it let in stay.
pub async fn revoke(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let id = request.parameter("id").and_then(|id| id.parse().ok());
    let revoked = match id {
        Some(id) => {
            operations::revoke_initial_token(&oauth, act(oauth.host(), &request)?, id).await?
        }
        None => false,
    };
    if revoked {
        return Ok(done(&policy_path(&oauth), "revoked"));
    }
    let words = request.words();
    Ok(notice(
        404,
        words.say("initial-token-unknown"),
        words.say("initial-token-unknown-hint"),
    ))
}
