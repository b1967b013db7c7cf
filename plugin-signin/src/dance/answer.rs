//! What a browser brings back from a provider (RFC 6749, section 4.1.2).

use std::fmt;

use hob_plugin_sdk::http::Fields;

use crate::{
    error::SignInError,
    metadata::{Metadata, NamesItself},
    state::State,
};

/// An answer of which nothing is believed yet.
#[derive(Debug)]
pub struct Answer {
    pub state: State,
    iss: Option<String>,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Code(Code),
    Error(String),
    Neither,
}

/// A code, to be swapped for a token.
pub struct Code(String);

/// A code of an error, as RFC 6749 has them: visible ASCII, and short.
const LONGEST_ERROR: usize = 60;

impl Answer {
    /// # Errors
    /// A parameter is there twice, or there is no state.
    pub fn read(fields: &Fields) -> Result<Self, SignInError> {
        let state = fields.one("state")?.filter(|state| !state.is_empty());
        let code = fields.one("code")?.filter(|code| !code.is_empty());
        let error = fields.one("error")?.filter(|error| !error.is_empty());
        Ok(Self {
            state: State::presented(state.ok_or(SignInError::State)?),
            iss: fields.one("iss")?.map(str::to_owned),
            outcome: match (code, error) {
                (_, Some(error)) => Outcome::Error(shown(error)),
                (Some(code), None) => Outcome::Code(Code(code.to_owned())),
                (None, None) => Outcome::Neither,
            },
        })
    }

    /// The same of OAuth 1.0a, where the request token is the state and the
    /// verifier the code (RFC 5849, section 2.2). Of a refusal it does not
    /// speak: providers send `oauth_problem`, or the token under another name.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_oauth1(fields: &Fields) -> Result<Self, SignInError> {
        let filled = |name| Ok::<_, SignInError>(fields.one(name)?.filter(|text| !text.is_empty()));
        let (token, denied) = (filled("oauth_token")?, filled("denied")?);
        let (verifier, problem) = (filled("oauth_verifier")?, filled("oauth_problem")?);
        Ok(Self {
            state: State::presented(token.or(denied).ok_or(SignInError::State)?),
            iss: None,
            outcome: match (verifier, problem) {
                (_, Some("user_refused" | "permission_denied")) => {
                    Outcome::Error("access_denied".to_owned())
                }
                (_, Some(problem)) => Outcome::Error(shown(problem)),
                (None, None) if denied.is_some() => Outcome::Error("access_denied".to_owned()),
                (Some(verifier), None) => Outcome::Code(Code(verifier.to_owned())),
                (None, None) => Outcome::Neither,
            },
        })
    }

    /// The code, if it is the answer of the provider that was asked. Whoever
    /// calls has found the state to be of this browser.
    ///
    /// # Errors
    /// It is another provider's (RFC 9207, section 2.4), or there is no code.
    pub fn code_from(self, metadata: &Metadata) -> Result<Code, SignInError> {
        let is_right = match (metadata.names_itself, &self.iss) {
            (NamesItself::Unknown, _) | (NamesItself::Perhaps, None) => true,
            (NamesItself::Always, None) => false,
            (NamesItself::Always | NamesItself::Perhaps, Some(iss)) => *iss == metadata.issuer,
        };
        if !is_right {
            return Err(SignInError::OtherProvider);
        }
        match self.outcome {
            Outcome::Code(code) => Ok(code),
            Outcome::Error(error) if error == "access_denied" => Err(SignInError::Declined),
            Outcome::Error(error) => Err(SignInError::Provider(error)),
            Outcome::Neither => Err(SignInError::NoCode),
        }
    }
}

impl Code {
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Code(…)")
    }
}

/// Fit for the log, whoever wrote it.
pub(super) fn shown(error: &str) -> String {
    error
        .chars()
        .filter(char::is_ascii_graphic)
        .take(LONGEST_ERROR)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(names_itself: NamesItself) -> Metadata {
        Metadata {
            names_itself,
            ..Metadata::written("https://a.example", String::new(), String::new(), None)
        }
    }

    fn code(query: &str, names_itself: NamesItself) -> Result<String, SignInError> {
        let fields = Fields::parse(query.as_bytes()).expect("a test's query");
        let code = Answer::read(&fields)?.code_from(&metadata(names_itself))?;
        Ok(code.reveal().to_owned())
    }

    #[test]
    fn an_answer_is_of_the_provider_that_was_asked() {
        let right = "state=s&code=c&iss=https://a.example";
        let other = "state=s&code=c&iss=https://b.example";
        let silent = "state=s&code=c";
        for (names_itself, query, is_taken) in [
            (NamesItself::Always, right, true),
            (NamesItself::Always, other, false),
            (NamesItself::Always, silent, false),
            (NamesItself::Perhaps, right, true),
            (NamesItself::Perhaps, other, false),
            (NamesItself::Perhaps, silent, true),
            (NamesItself::Unknown, other, true),
            (NamesItself::Unknown, silent, true),
        ] {
            let taken = code(query, names_itself);
            assert_eq!(taken.is_ok(), is_taken, "{names_itself:?} {query}");
        }
        // An error of another provider is not this one's either.
        let other = code(
            "state=s&error=access_denied&iss=https://b.example",
            NamesItself::Always,
        );
        assert!(matches!(other, Err(SignInError::OtherProvider)));
    }

    #[test]
    fn of_oauth1_the_verifier_is_the_code() {
        let of = |query: &str| {
            let fields = Fields::parse(query.as_bytes()).expect("a test's query");
            let answer = Answer::read_oauth1(&fields)?;
            let state = answer.state.reveal().to_owned();
            let code = answer.code_from(&metadata(NamesItself::Unknown))?;
            Ok::<_, SignInError>((state, code.reveal().to_owned()))
        };
        let right = of("oauth_token=t&oauth_verifier=v").unwrap();
        assert_eq!(right, ("t".to_owned(), "v".to_owned()));
        for declined in [
            "denied=t",
            "oauth_token=t&oauth_problem=user_refused",
            "oauth_token=t&oauth_verifier=v&oauth_problem=permission_denied",
        ] {
            assert!(
                matches!(of(declined), Err(SignInError::Declined)),
                "{declined}"
            );
        }
        let problem = of("oauth_token=t&oauth_problem=token_expired");
        assert!(matches!(problem, Err(SignInError::Provider(said)) if said == "token_expired"));
        assert!(matches!(of("oauth_token=t"), Err(SignInError::NoCode)));
        for none in [
            "oauth_verifier=v",
            "oauth_token=&oauth_verifier=v",
            "state=s&code=c",
        ] {
            assert!(matches!(of(none), Err(SignInError::State)), "{none}");
        }
        for twice in [
            "oauth_token=t&oauth_token=t&oauth_verifier=v",
            "oauth_token=t&oauth_verifier=v&oauth_verifier=v",
        ] {
            assert!(matches!(of(twice), Err(SignInError::Field(_))), "{twice}");
        }
    }

    #[test]
    fn errors_are_told_apart_and_nothing_is_taken_twice() {
        let of = |query: &str| code(query, NamesItself::Perhaps).unwrap_err();
        assert!(matches!(
            of("state=s&error=access_denied"),
            SignInError::Declined
        ));
        let SignInError::Provider(error) = of("state=s&error=server%0Aerror+x&code=c") else {
            panic!("an error goes before a code");
        };
        assert_eq!(error, "servererrorx");
        assert!(matches!(of("state=s"), SignInError::NoCode));
        assert!(matches!(of("code=c"), SignInError::State));
        for twice in [
            "state=s&state=s&code=c",
            "state=s&code=c&code=c",
            "state=s&iss=a&iss=a",
        ] {
            assert!(matches!(of(twice), SignInError::Field(_)), "{twice}");
        }
        assert_eq!(code("state=s&code=c", NamesItself::Perhaps).unwrap(), "c");
    }
}
