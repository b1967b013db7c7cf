//! A fresh session for a member, whatever vouches for the member: the password
//! or a plugin.

use std::sync::Arc;

use hob_plugin_sdk::{AuditEntry, SessionBegun, db::Timestamp};
use http::{HeaderMap, HeaderValue, header};

use super::{form::member_at, visitor::sign_in_cookie};
use crate::{
    audit,
    members::{Member, MemberError, Newcomer, Session, SignedIn},
    secret::Secret,
    site::Site,
};

/// Who is signed in, and where.
pub struct FreshSession<'a> {
    pub whose: Whose,
    /// What vouches for the member, where it is not the site's own password.
    pub by: Option<Voucher<'a>>,
    /// The session that this one replaces.
    pub replaced: Option<Arc<SignedIn>>,
    pub peer: String,
    /// Of the request that signs the member in.
    pub headers: &'a HeaderMap,
}

/// A plugin that vouches for a member.
#[derive(Clone, Copy)]
pub struct Voucher<'a> {
    pub plugin: &'a str,
    /// As the audit log calls it.
    pub by: &'a str,
    /// By what the plugin knows the sign-in again.
    pub reference: &'a str,
    /// When the member showed there who is there, as far as that is known.
    pub authenticated_at: Timestamp,
}

/// Whose session it is.
pub enum Whose {
    /// A member's, by id.
    Member(i64),
    /// That of somebody who gets an account with it.
    Newcomer(Newcomer),
}

impl FreshSession<'_> {
    /// Begins it, in one transaction with the end of the one that was there,
    /// and answers with its cookie. None for a member who is disabled or gone.
    ///
    /// # Errors
    /// The newcomer can't have the account, or the database failed.
    pub async fn begin(self, site: &Site) -> Result<Option<HeaderValue>, MemberError> {
        let user_agent = self
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let secret = Secret::generate();
        let (fresh, now) = (secret.clone(), site.clock.now());
        let whose = self.whose;
        let [plugin, by, reference] = match self.by {
            Some(voucher) => [voucher.plugin, voucher.by, voucher.reference].map(str::to_owned),
            None => Default::default(),
        };
        let authenticated_at = match (&whose, self.by) {
            (Whose::Member(_), Some(voucher)) => voucher.authenticated_at,
            // The password was given now, and the account is made now by whoever
            // is there.
            (Whose::Member(_), None) | (Whose::Newcomer(_), _) => now,
        };
        let (peer, replaced) = (self.peer, self.replaced);
        let begun = site.db.write(move |connection| {
            let who = |member: &Member| member_at(member.id, &member.username, &peer);
            let member = match whose {
                Whose::Member(id) => Member::find(connection, id)?,
                Whose::Newcomer(newcomer) => Some(newcomer.register(connection, who, now)?),
            };
            let Some(member) = member.filter(|member| !member.is_disabled()) else {
                return Ok(false);
            };
            if let Some(replaced) = replaced {
                let session = &replaced.session;
                Session::end(connection, session.member_id, session.id)?;
            }
            let from = (user_agent.as_str(), peer.as_str());
            let session_id =
                Session::begin(connection, member.id, &fresh, from, authenticated_at, now)?;
            connection.raise(&SessionBegun {
                session_id,
                member_id: member.id,
                plugin: plugin.into(),
                reference: reference.into(),
            })?;
            let entry = AuditEntry::new(audit::CORE, "member.signed_in", &who(&member), now);
            let entry = entry.about_member(member.id);
            let entry = match by.as_str() {
                "" => entry,
                by => entry.with("by", by),
            };
            connection.note(entry)?;
            Ok::<_, MemberError>(true)
        });
        Ok(begun.await?.then(|| sign_in_cookie(&secret, &site.address)))
    }
}
