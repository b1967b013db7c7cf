//! What an answer of a plugin does to the session of the browser that asked:
//! only of one whose manifest says so, and only where there are sessions.

use axum::response::Response;
use hob_plugin_sdk::{
    abi::http::{RawSignIn, RawSignInWho},
    db::Timestamp,
};
use http::{HeaderValue, header, request::Parts};

use super::{
    App,
    bridge::{Asked, PluginRoute},
    fresh_session::{FreshSession, Voucher, Whose},
    page::Failure,
    visit::Visit,
    visitor::{Visitor, sign_out_cookie},
};
use crate::{
    members::{Newcomer, Registration, Session},
    words::Phrase,
};

/// What a browser keeps once a plugin has signed somebody in.
pub(super) struct NewCookies {
    session: HeaderValue,
    visit: HeaderValue,
}

impl NewCookies {
    /// Puts them into an answer, in place of the visit's: the last one counts
    /// (RFC 6265, section 5.3).
    pub(super) fn set(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.append(header::SET_COOKIE, self.visit);
        headers.append(header::SET_COOKIE, self.session);
    }
}

impl PluginRoute {
    /// Signs in whom the plugin's answer names.
    pub(super) async fn sign_in(
        &self,
        app: &App,
        parts: &Parts,
        asked: Asked,
        visitor: Option<Box<Visitor>>,
        wanted: RawSignIn,
    ) -> Result<NewCookies, Failure> {
        self.may_change_sessions()?;
        let site = app.site();
        let whose = match wanted.who {
            RawSignInWho::Member(id) => Whose::Member(id),
            RawSignInWho::Newcomer(_) if site.registration == Registration::Closed => {
                return Err(Failure::Forbidden(Phrase::new("failure-registration")));
            }
            RawSignInWho::Newcomer(raw) => Whose::Newcomer(Newcomer {
                username: raw.username.into(),
                display_name: raw.display_name.into(),
                plugin: self.plugin.clone(),
                reference: wanted.reference.clone().into(),
            }),
        };
        let fresh = FreshSession {
            whose,
            by: Some(Voucher {
                plugin: &self.plugin,
                by: &wanted.by,
                reference: &wanted.reference,
                authenticated_at: Timestamp::from_micros(wanted.authenticated_at),
            }),
            replaced: visitor.map(|visitor| visitor.signed_in.clone()),
            peer: asked.peer.0.to_string(),
            headers: &parts.headers,
        };
        match fresh.begin(site).await? {
            Some(session) => Ok(NewCookies {
                session,
                // What was begun before is not ended by whoever is signed in
                // now.
                visit: Visit::end_cookie(&site.address),
            }),
            None => Err(Failure::Forbidden(Phrase::new("failure-disabled"))),
        }
    }

    fn may_change_sessions(&self) -> Result<(), Failure> {
        if !self.signs_in {
            return Err(self.wrong("signs somebody in or out, and its manifest does not say so"));
        }
        if !self.route.authentication.is_by_session() {
            return Err(self.wrong("signs somebody in or out where there are no sessions"));
        }
        Ok(())
    }

    /// Ends the session of the browser that asked, and answers with what its
    /// cookie becomes.
    pub(super) async fn sign_out(
        &self,
        app: &App,
        visitor: Option<Box<Visitor>>,
    ) -> Result<HeaderValue, Failure> {
        self.may_change_sessions()?;
        let site = app.site();
        if let Some(visitor) = visitor {
            let session = &visitor.signed_in.session;
            let (id, member_id) = (session.id, session.member_id);
            site.db
                .write(move |connection| Session::end(connection, member_id, id))
                .await?;
        }
        Ok(sign_out_cookie(&site.address))
    }
}
