//! An application with its members, and what is done to it.

use hob_plugin_sdk::{Host, Request, Words};

use super::Remark;
use crate::{
    member_page::TimeText,
    pages::Website,
    remark::{LONGEST_REMARK, remark},
    scope::Scope,
    scope_words::ScopeWords,
};

/// What an application may ask for.
pub struct AllowedScope {
    pub name: String,
    pub sentence: String,
    /// The application does not work without it.
    pub required: bool,
}

/// A member who allows an application something.
pub struct AllowingMember<'a> {
    /// None of a member who is gone.
    pub username: Option<&'a str>,
    pub member_id: i64,
    /// The names of the scopes.
    pub scope: String,
    /// Absent where it is the whole site.
    pub resource: Option<&'a str>,
    pub granted: TimeText,
    /// With the address, which may be empty.
    pub last_used: Option<(TimeText, &'a str)>,
    /// When it ends by itself, if it does.
    pub until: Option<TimeText>,
}

/// What was typed as the reason of a suspension.
#[derive(Default)]
pub struct TypedReason {
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// What a template shows of any application, and offers to do to it.
pub struct Administered<'a> {
    pub status: u16,
    pub clients_url: String,
    /// What the audit log has of it.
    pub audit_url: String,
    /// This page; what is done to the application stands below it.
    pub url: String,
    /// The message that says what was just done.
    pub done: Option<&'static str>,
    pub name: &'a str,
    pub remarks: Vec<Remark>,
    pub website: Option<Website<'a>>,
    pub scopes: Vec<AllowedScope>,
    /// In words.
    pub registrar: String,
    pub registered: TimeText,
    /// How many members allow it now.
    pub members_count: u64,
    pub last_used: Option<TimeText>,
    pub suspended: Option<TimeText>,
    pub suspension_reason: Option<&'a str>,
    pub members: Vec<AllowingMember<'a>>,
    /// Absent on the first page.
    pub first_members_url: Option<String>,
    /// Absent on the last page.
    pub more_members_url: Option<String>,
    pub reason: TypedReason,
}

impl TypedReason {
    /// The reason in a form of suspension; none if none is given.
    ///
    /// # Errors
    /// It is long, or more than one line.
    pub fn read(words: Words, typed: &str) -> Result<Option<String>, Self> {
        remark(typed).map_err(|_| {
            let problem = words.say("problem-remark").with("most", LONGEST_REMARK);
            Self {
                typed: typed.to_owned(),
                problem: Some(problem.to_string()),
            }
        })
    }
}

impl Administered<'_> {
    /// Where the audit log tells of this one.
    #[must_use]
    pub fn audit_url(host: &Host, kind: &str, id: &str) -> String {
        host.site()
            .path(&format!("/admin/audit?subject_kind={kind}&subject={id}"))
    }

    /// What was just done, of the query.
    #[must_use]
    pub fn done_message(request: &Request) -> Option<&'static str> {
        match request.query_fields().ok()?.first("done")? {
            "suspended" => Some("admin-done-suspended"),
            "resumed" => Some("admin-done-resumed"),
            "ended" => Some("admin-done-ended"),
            _ => None,
        }
    }
}

/// What it may ask for, and what of it it needs.
pub fn allowed_scopes(words: &ScopeWords, scope: &Scope, required: &Scope) -> Vec<AllowedScope> {
    let allowed = |name: &str| AllowedScope {
        sentence: words.sentence(name).to_owned(),
        required: required.contains(name),
        name: name.to_owned(),
    };
    scope.words().map(allowed).collect()
}
