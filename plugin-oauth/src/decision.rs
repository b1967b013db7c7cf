//! A member's answer to the question whether an application may use the
//! account, and what comes of it: the same for whatever asks.
//!
//! Knows neither what the application gets now nor how it hears of it.

use hob_plugin_sdk::{
    db::{Connection, DbError, Timestamp},
    http::{FieldError, Fields},
};

use crate::{
    act::Act,
    events::{DecidedConsent, Events, Revoked, Withdrawal},
    models::{Client, Consent, ConsentTerm, Consents, NewConsent, revoke_all_under},
    resource::Resource,
    scope::Scope,
};

/// What the member answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Something of what was asked, and nothing that was not.
    Allow(Scope),
    Deny,
    /// All that was asked was allowed before, and nothing of it is any longer.
    TakeBack,
}

/// What is wrong with a consent form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Who was shown a choice is not overruled because the owner of the
    /// application has changed it since.
    #[error("what the application needs is not what the member was shown")]
    ShownOtherwise,
}

impl Decision {
    /// Reads the consent form. None where it says neither. To allow nothing of
    /// what was asked is to deny, or to take back what was allowed before.
    ///
    /// `before` is what was allowed before. Where something new is asked, only
    /// that has boxes, and what was allowed before stays so whatever the form
    /// says; where nothing is new, all of it has. What the application does not
    /// work without (`required`) comes with anything, as far as it is asked and
    /// the form says that it was shown so.
    ///
    /// # Errors
    /// All that can be wrong with a form.
    pub fn from_form(
        form: &Fields,
        asked: &Scope,
        before: &Scope,
        required: &Scope,
    ) -> Result<Option<Self>, DecisionError> {
        match form.one("decision")? {
            Some("allow") => {}
            Some("deny") => return Ok(Some(Self::Deny)),
            Some(_) | None => return Ok(None),
        }
        let needed = required.intersection(&form.all("needed").collect());
        let chosen = form.all("scope").chain(needed.words()).collect();
        let ticked = asked.intersection(&chosen);
        let nothing_new = asked.is_within(before);
        let allowed = match nothing_new {
            true => ticked,
            false => asked.intersection(before).union(&ticked),
        };
        if !asked.intersection(required).is_within(&allowed) {
            return Err(DecisionError::ShownOtherwise);
        }
        Ok(Some(match (allowed.is_empty(), nothing_new) {
            (false, _) => Self::Allow(allowed),
            (true, true) => Self::TakeBack,
            (true, false) => Self::Deny,
        }))
    }
}

/// What a member allows, and to whom.
pub struct Allowed {
    pub member_id: i64,
    pub client: Client,
    pub resource: Resource,
    /// The resource's identifier (RFC 8707).
    pub audience: String,
    /// What was asked.
    pub asked: Scope,
    /// What of it was ticked.
    pub scope: Scope,
    /// Until when; none for good.
    pub expires_at: Option<Timestamp>,
}

impl Allowed {
    /// Stores it, and tells others of it. What was asked and is not ticked is
    /// taken back, and all that was issued so far dies, since it may allow that;
    /// what was not asked this time stays, and ends with the rest.
    ///
    /// # Errors
    /// A plugin refuses, in words for the member; or the database's.
    pub fn store(
        &self,
        connection: &mut Connection,
        events: Events,
        act: &Act,
    ) -> Result<ConsentTerm, DbError> {
        let now = act.at;
        // Such a client is kept because it is used.
        if self.client.registered_dynamically {
            Client::keep(connection, self.client.id, now)?;
        }
        let before = Consent::find(
            connection,
            self.member_id,
            self.client.id,
            &self.resource,
            now,
        )?;
        let kept = before
            .as_ref()
            .map(|consent| consent.scope.without(&self.asked))
            .unwrap_or_default();
        let after = kept.union(&self.scope);
        let term = Consent::grant(
            connection,
            &NewConsent {
                member_id: self.member_id,
                client: self.client.id,
                resource: self.resource.clone(),
                scope: after.clone(),
                granted_at: before.as_ref().map_or(now, |consent| consent.granted_at),
                updated_at: now,
                expires_at: self.expires_at,
                revision: 0,
            },
            before.as_ref(),
        )?;
        let decided = DecidedConsent {
            client: &self.client,
            member_id: self.member_id,
            term,
            resource: &self.audience,
            before: before.as_ref().map(|consent| &consent.scope),
            after: &after,
        };
        events.consent_decided(connection, act, &decided)?;
        if before.is_some_and(|consent| !consent.scope.is_within(&after)) {
            let ended = revoke_all_under(connection, Consents::One(term.id))?;
            let of = (self.client.client_id.as_str(), Some(self.member_id));
            events.tokens_revoked(connection, act, of, Revoked::Narrowed, ended)?;
        }
        Ok(term)
    }

    /// Takes back all that was asked, whatever is ticked; what was not asked
    /// this time stays as it is.
    ///
    /// # Errors
    /// The database's.
    pub fn take_back(
        mut self,
        connection: &mut Connection,
        events: Events,
        act: &Act,
    ) -> Result<(), DbError> {
        let (member_id, client) = (self.member_id, self.client.id);
        let before = Consent::find(connection, member_id, client, &self.resource, act.at)?;
        let Some(before) = before else {
            return Ok(());
        };
        if !before.scope.is_within(&self.asked) {
            self.scope = Scope::default();
            self.expires_at = before.expires_at;
            return self.store(connection, events, act).map(drop);
        }
        let (consents, ended) = Consent::revoke(connection, Consents::One(before.id))?;
        let of = (self.client.client_id.as_str(), Some(member_id));
        events.consents_revoked(connection, act, &consents, Withdrawal::ByMember)?;
        events.tokens_revoked(connection, act, of, Revoked::Consents, ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Option<Decision>, DecisionError> {
        read_after("", form)
    }

    fn read_after(before: &str, form: &str) -> Result<Option<Decision>, DecisionError> {
        read_where(before, "", form)
    }

    /// Of a client that does not work without what is `required`.
    fn read_where(
        before: &str,
        required: &str,
        form: &str,
    ) -> Result<Option<Decision>, DecisionError> {
        let asked = Scope::parse("profile media:read").unwrap();
        let [before, required] =
            [before, required].map(|words| words.split_whitespace().collect::<Scope>());
        let form = Fields::parse(form.as_bytes()).unwrap();
        Decision::from_form(&form, &asked, &before, &required)
    }

    fn allowed(scope: &str) -> Result<Option<Decision>, DecisionError> {
        Ok(Some(Decision::Allow(Scope::parse(scope).unwrap())))
    }

    #[test]
    fn what_is_required_comes_with_anything_that_is_allowed() {
        let whole = allowed("profile media:read");
        // Left out, doubled, or alone, and never what was not asked.
        let read = |required, form| read_where("", required, form);
        let alone = "decision=allow&needed=profile";
        assert_eq!(read("profile", alone), allowed("profile"));
        let both = "decision=allow&scope=profile&scope=media:read";
        assert_eq!(read("profile", both), whole);
        let other = "decision=allow&needed=profile&scope=media:read";
        assert_eq!(read("profile", other), whole);
        // What was shown as a choice is not taken for granted, and what is
        // none any longer was shown as needed.
        let otherwise = Err(DecisionError::ShownOtherwise);
        assert_eq!(read("profile", "decision=allow"), otherwise);
        let other = "decision=allow&scope=media:read";
        assert_eq!(read("profile", other), otherwise);
        assert_eq!(read("", alone), Ok(Some(Decision::Deny)));
        assert_eq!(read("", other), allowed("media:read"));
        assert_eq!(read("email", "decision=allow"), Ok(Some(Decision::Deny)));
        let deny = "decision=deny&scope=profile";
        assert_eq!(read("profile", deny), Ok(Some(Decision::Deny)));
        // New or not, it can't be taken out.
        let step_up = read_where("media:read", "profile", alone);
        assert_eq!(step_up, allowed("media:read profile"));
        let again = |form| read_where("profile media:read", "profile", form);
        assert_eq!(again(alone), allowed("profile"));
        assert_eq!(again("decision=allow"), Err(DecisionError::ShownOtherwise));
    }

    #[test]
    fn what_was_allowed_before_stays_where_something_is_new() {
        let new = "decision=allow&scope=media:read";
        assert_eq!(read_after("profile", new), allowed("profile media:read"));
        // What is new is not forced on anybody, and nothing comes with it.
        assert_eq!(read_after("profile", "decision=allow"), allowed("profile"));
        assert_eq!(
            read_after("profile email", new),
            allowed("profile media:read")
        );
        // Where nothing is new, a part can be taken back.
        let part = "decision=allow&scope=profile";
        assert_eq!(read_after("profile media:read", part), allowed("profile"));
        // Or the whole.
        for whole in ["decision=allow", "decision=allow&scope=email"] {
            let taken = Ok(Some(Decision::TakeBack));
            assert_eq!(read_after("profile media:read email", whole), taken);
        }
        assert_eq!(
            read_after("profile", "decision=deny&scope=media:read"),
            Ok(Some(Decision::Deny))
        );
    }

    #[test]
    fn what_was_not_asked_is_dropped_and_nothing_left_is_a_denial() {
        let allowed = Decision::Allow(Scope::parse("profile").unwrap());
        let form = "decision=allow&scope=profile&scope=media:write";
        assert_eq!(read(form), Ok(Some(allowed)));
        let form = "decision=allow&scope=media:write";
        assert_eq!(read(form), Ok(Some(Decision::Deny)));
        assert_eq!(read("decision=allow"), Ok(Some(Decision::Deny)));
        assert_eq!(
            read("decision=deny&scope=profile"),
            Ok(Some(Decision::Deny))
        );
    }

    #[test]
    fn an_answer_is_one_of_two() {
        assert_eq!(read("decision=perhaps&scope=profile"), Ok(None));
        assert_eq!(read("scope=profile"), Ok(None));
        assert!(read("decision=allow&decision=deny").is_err());
    }
}
