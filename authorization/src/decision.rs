//! A member's answer to the question whether a program may use the account: the
//! same for whatever asks.
//!
//! Knows neither what the program gets now nor how it hears of it.

use hob_plugin_sdk::http::{FieldError, Fields};

use crate::scope::Scope;

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
