//! The form of the filter: what was typed into it, and what is wrong with that.

use hob_plugin_sdk::db::Timestamp;
use serde::Deserialize;

use crate::{
    audit::{Filter, read_time},
    http::{App, page::Failure},
    members::Member,
    words::Phrase,
};

/// The form of the filter, as it was typed, and where in the log to look.
#[derive(Deserialize, Default, Clone)]
pub struct Asked {
    #[serde(default)]
    pub(super) who: String,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default)]
    pub(super) subject: String,
    #[serde(default)]
    pub(super) subject_kind: String,
    #[serde(default)]
    pub(super) what: String,
    #[serde(default)]
    pub(super) plugin: String,
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) since: String,
    #[serde(default)]
    pub(super) until: String,
    /// Before which entry: `<microseconds>-<id>`.
    pub(super) before: Option<String>,
    /// Of an export.
    pub(super) format: Option<String>,
}

/// What of the filter is not understood.
#[derive(Default)]
pub(super) struct Problems {
    pub(super) about: Option<Phrase>,
    pub(super) since: Option<Phrase>,
    pub(super) until: Option<Phrase>,
}

impl Problems {
    pub(super) fn first(self) -> Option<Phrase> {
        self.about.or(self.since).or(self.until)
    }
}

/// Of a cursor that a page gave.
pub(super) fn position(cursor: &str) -> Option<(Timestamp, i64)> {
    let (at, id) = cursor.split_once('-')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

impl Asked {
    fn typed(&self) -> [(&'static str, &str); 9] {
        [
            ("who", &self.who),
            ("about", &self.about),
            ("subject", &self.subject),
            ("subject_kind", &self.subject_kind),
            ("what", &self.what),
            ("plugin", &self.plugin),
            ("from", &self.from),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    pub(super) fn is_blank(&self) -> bool {
        self.typed()
            .iter()
            .all(|(_, value)| value.trim().is_empty())
    }

    /// A path with the same filter, and something more.
    pub(super) fn path(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let typed = self.typed().into_iter();
        let typed = typed.filter(|(_, value)| !value.trim().is_empty());
        with_query(path, typed.chain(more))
    }

    /// What is asked for. Within: what is not understood.
    pub(super) async fn filter(&self, app: &App) -> Result<Result<Filter, Problems>, Failure> {
        let site = app.site();
        let now = site.clock.now();
        let given = |typed: &str| {
            // No entry has any, and not every database takes them.
            let typed: String = typed.chars().filter(|sign| !sign.is_control()).collect();
            let typed = typed.trim();
            (!typed.is_empty()).then(|| typed.to_owned())
        };
        let mut problems = Problems::default();
        let mut time = |typed: &str, problem: fn(&mut Problems) -> &mut Option<Phrase>| {
            let typed = given(typed)?;
            let time = read_time(&typed, now);
            if time.is_none() {
                *problem(&mut problems) = Some(Phrase::new("problem-time"));
            }
            time
        };
        let since = time(&self.since, |problems| &mut problems.since);
        let until = time(&self.until, |problems| &mut problems.until);
        let about = match given(&self.about) {
            None => None,
            Some(username) => {
                let named = username.clone();
                let found = site
                    .db
                    .read(move |connection| Member::find_by_username(connection, &named))
                    .await?;
                if found.is_none() {
                    let unknown = Phrase::new("problem-unknown-member");
                    problems.about = Some(unknown.with("username", username));
                }
                found.map(|member| member.id)
            }
        };
        let filter = Filter {
            who: given(&self.who),
            about,
            subject: given(&self.subject),
            subject_kind: given(&self.subject_kind),
            what: given(&self.what),
            plugin: given(&self.plugin),
            from: given(&self.from),
            since,
            until,
        };
        let Problems {
            about: None,
            since: None,
            until: None,
        } = &problems
        else {
            return Ok(Err(problems));
        };
        Ok(Ok(filter))
    }
}

pub(super) fn with_query<'a>(
    path: &str,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::PATH, *};

    #[test]
    fn a_cursor_is_a_time_and_an_id() {
        let at = Timestamp::from_micros(1_772_366_400_000_001);
        assert_eq!(position("1772366400000001-17"), Some((at, 17)));
        for bad in ["", "17", "a-b", "1772366400000001-", "-17"] {
            assert_eq!(position(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_was_typed_is_written_into_addresses_again() {
        let asked = Asked {
            who: "a&b=c".to_owned(),
            since: "7d".to_owned(),
            until: "  ".to_owned(),
            ..Asked::default()
        };
        assert_eq!(
            asked.path(PATH, Some(("format", "csv"))),
            "/admin/audit?who=a%26b%3Dc&since=7d&format=csv"
        );
        assert_eq!(Asked::default().path(PATH, None), PATH);
    }
}
