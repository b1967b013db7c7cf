//! A fresh session for a member, whatever vouches for the member: the password
//! or a plugin.

use std::sync::Arc;

use hob_plugin_sdk::AuditEntry;
use http::{HeaderMap, HeaderValue, header};

use super::{form::member_at, visitor::sign_in_cookie};
use crate::{
    audit,
    members::{Member, Session, SignedIn},
    secret::Secret,
    site::Site,
};

/// Who is signed in, and where.
pub struct FreshSession<'a> {
    pub member_id: i64,
    /// What vouches for the member, where it is not the site's own password.
    pub by: Option<&'a str>,
    /// The session that this one replaces.
    pub replaced: Option<Arc<SignedIn>>,
    pub peer: String,
    /// Of the request that signs the member in.
    pub headers: &'a HeaderMap,
}

impl FreshSession<'_> {
    /// Begins it, in one transaction with the end of the one that was there,
    /// and answers with its cookie. None for a member who is disabled or gone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin(self, site: &Site) -> diesel::QueryResult<Option<HeaderValue>> {
        let user_agent = self
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let secret = Secret::generate();
        let (fresh, now) = (secret.clone(), site.clock.now());
        let (id, by) = (self.member_id, self.by.map(str::to_owned));
        let (peer, replaced) = (self.peer, self.replaced);
        let begun = site.db.write(move |connection| {
            let member = Member::find(connection, id)?;
            let Some(member) = member.filter(|member| !member.is_disabled()) else {
                return Ok(false);
            };
            if let Some(replaced) = replaced {
                let session = &replaced.session;
                Session::end(connection, session.member_id, session.id)?;
            }
            Session::begin(connection, member.id, &fresh, &user_agent, &peer, now)?;
            let who = member_at(member.id, &member.username, &peer);
            let entry = AuditEntry::new(audit::CORE, "member.signed_in", &who, now);
            let entry = entry.about_member(member.id);
            let entry = match &by {
                Some(by) => entry.with("by", by),
                None => entry,
            };
            connection.note(entry)?;
            Ok::<_, diesel::result::Error>(true)
        });
        Ok(begun.await?.then(|| sign_in_cookie(&secret, &site.address)))
    }
}
