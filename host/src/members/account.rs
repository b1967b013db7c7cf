//! Accounts: rows, queries, and the events that tell plugins of changes.

use std::collections::BTreeMap;

use diesel::{insert_into, prelude::*, result::DatabaseErrorKind, update};
use hob_plugin_sdk::{
    MemberDisabled, MemberPasswordChanged,
    db::{Connection, Db, DbError, Timestamp},
};

use crate::schema::members;

/// A member's account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
pub struct Member {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    /// Empty where none was given.
    pub email: String,
    pub email_verified: bool,
    pub password_hash: String,
    pub administrator: bool,
    /// May publish media.
    pub uploader: bool,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// As the site names it; empty where none was chosen.
    pub language: String,
}

/// An account to be made.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = members)]
pub struct NewMember {
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub email_verified: bool,
    pub password_hash: String,
    pub administrator: bool,
    pub uploader: bool,
    pub created_at: Timestamp,
}

/// A name to sign in with: 1 to 30 of `a-z`, `0-9`, `_` and `-`, beginning
/// with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Why something can't be done to a member.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    #[error(
        "`{0}` can't be a username: use 1 to 30 of a-z, 0-9, _ and -, beginning with a letter or \
         digit"
    )]
    BadUsername(String),
    #[error("`{0}` is no e-mail address")]
    BadEmail(String),
    #[error("the username `{0}` is taken")]
    UsernameTaken(String),
    #[error("another account has this e-mail address")]
    EmailTaken,
    #[error("there is no member `{0}`")]
    Unknown(String),
    #[error("a plugin refuses it: {0}")]
    RefusedByPlugin(String),
    /// Its words are for the log.
    #[error("a plugin failed over it: {0}")]
    PluginFailed(String),
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

impl From<DbError> for MemberError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::EventRefused { reason, .. } if reason.is_forbidden() => {
                Self::RefusedByPlugin(reason.to_string())
            }
            failed @ DbError::EventRefused { .. } => Self::PluginFailed(failed.to_string()),
            other => Self::Database(other.into()),
        }
    }
}

impl Username {
    /// Takes a name as typed; capitals are lowered.
    ///
    /// # Errors
    /// [`MemberError::BadUsername`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        let name = text.trim().to_ascii_lowercase();
        let fits = (1..=30).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if !fits {
            return Err(MemberError::BadUsername(text.to_owned()));
        }
        Ok(Self(name))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks an address only for what makes it none: the one test that counts is
/// a mail that arrives.
///
/// # Errors
/// [`MemberError::BadEmail`].
pub fn check_email(text: &str) -> Result<String, MemberError> {
    let email = text.trim();
    let fits = email.is_empty()
        || email.len() <= 254
            && !email.contains(char::is_whitespace)
            && email.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            });
    if !fits {
        return Err(MemberError::BadEmail(text.to_owned()));
    }
    Ok(email.to_owned())
}

impl Member {
    /// What stands in the place of a hash where there is no password: no
    /// password has it.
    pub const NO_PASSWORD: &'static str = "";

    /// Whether the member has a password here, and not only other ways to sign
    /// in.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password_hash != Self::NO_PASSWORD
    }

    /// Whether the account is switched off.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// A member by id.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(connection: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        members::table
            .find(id)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// A member by username.
    ///
    /// # Errors
    /// The database failed.
    pub fn find_by_username(
        connection: &mut Connection,
        username: &str,
    ) -> QueryResult<Option<Self>> {
        members::table
            .filter(members::username.eq(username))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// All members by name.
    ///
    /// # Errors
    /// The database failed.
    pub fn list(connection: &mut Connection) -> QueryResult<Vec<Self>> {
        members::table
            .order(members::username)
            .select(Self::as_select())
            .load(connection)
    }

    /// What these members are called. Who is gone is not there.
    ///
    /// # Errors
    /// The database failed.
    pub fn usernames(
        connection: &mut Connection,
        ids: &[i64],
    ) -> QueryResult<BTreeMap<i64, String>> {
        let named: Vec<(i64, String)> = members::table
            .filter(members::id.eq_any(ids))
            .select((members::id, members::username))
            .load(connection)?;
        Ok(named.into_iter().collect())
    }

    /// How many accounts there are, and how many of them are switched off.
    ///
    /// # Errors
    /// The database failed.
    pub fn count(connection: &mut Connection) -> QueryResult<(i64, i64)> {
        let all = members::table.count().get_result(connection)?;
        let disabled = members::table
            .filter(members::disabled_at.is_not_null())
            .count()
            .get_result(connection)?;
        Ok((all, disabled))
    }

    /// Whether anybody has an account.
    ///
    /// # Errors
    /// The database failed.
    pub fn any(connection: &mut Connection) -> QueryResult<bool> {
        Ok(members::table
            .select(members::id)
            .first::<i64>(connection)
            .optional()?
            .is_some())
    }

    /// Makes an account.
    ///
    /// # Errors
    /// The username or the address is taken.
    pub fn create(connection: &mut Connection, new: NewMember) -> Result<Self, MemberError> {
        let taken = (
            MemberError::UsernameTaken(new.username.clone()),
            MemberError::EmailTaken,
        );
        insert_into(members::table)
            .values(new)
            .returning(Self::as_returning())
            .get_result(connection)
            .map_err(|error| match error {
                diesel::result::Error::DatabaseError(
                    DatabaseErrorKind::UniqueViolation,
                    information,
                ) => {
                    let about = information
                        .constraint_name()
                        .unwrap_or(information.message());
                    if about.contains("email") {
                        taken.1
                    } else {
                        taken.0
                    }
                }
                other => other.into(),
            })
    }

    /// Sets the password. Every session but `except` ends, and plugins end
    /// what they gave out, all in this transaction.
    ///
    /// # Errors
    /// A plugin refuses, or the database failed.
    pub fn change_password(
        connection: &mut Connection,
        id: i64,
        password_hash: &str,
        except_session: Option<i64>,
    ) -> Result<(), MemberError> {
        update(members::table.find(id))
            .set(members::password_hash.eq(password_hash))
            .execute(connection)?;
        super::Session::end_all(connection, id, except_session)?;
        connection.raise(&MemberPasswordChanged { member_id: id })?;
        Ok(())
    }

    /// Switches the account off. Its sessions end, and plugins end what they
    /// gave out, all in this transaction.
    ///
    /// # Errors
    /// As [`Self::change_password`].
    pub fn disable(
        connection: &mut Connection,
        id: i64,
        now: Timestamp,
    ) -> Result<(), MemberError> {
        update(
            members::table
                .find(id)
                .filter(members::disabled_at.is_null()),
        )
        .set(members::disabled_at.eq(Some(now)))
        .execute(connection)?;
        super::Session::end_all(connection, id, None)?;
        connection.raise(&MemberDisabled { member_id: id })?;
        Ok(())
    }

    /// Keeps in which language the member reads the site.
    ///
    /// # Errors
    /// The database failed.
    pub fn choose_language(
        connection: &mut Connection,
        id: i64,
        language: &str,
    ) -> QueryResult<()> {
        update(members::table.find(id))
            .set(members::language.eq(language))
            .execute(connection)?;
        Ok(())
    }

    /// Changes what the member says of himself or herself.
    ///
    /// # Errors
    /// The address is taken, or the database failed.
    pub fn change_profile(
        connection: &mut Connection,
        id: i64,
        display_name: &str,
        email: &str,
    ) -> Result<(), MemberError> {
        let current: Option<String> = members::table
            .find(id)
            .select(members::email)
            .first(connection)
            .optional()?;
        let unchanged = current.as_deref() == Some(email);
        let target = members::table.find(id);
        let changed = if unchanged {
            update(target)
                .set(members::display_name.eq(display_name))
                .execute(connection)
        } else {
            update(target)
                .set((
                    members::display_name.eq(display_name),
                    members::email.eq(email),
                    members::email_verified.eq(false),
                ))
                .execute(connection)
        };
        match changed {
            Ok(_) => Ok(()),
            Err(diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Err(MemberError::EmailTaken)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Finds a member by the name that somebody typed.
///
/// # Errors
/// [`MemberError::Unknown`].
pub async fn named(db: &Db, username: &str) -> Result<Member, MemberError> {
    let unknown = || MemberError::Unknown(username.to_owned());
    let name = Username::parse(username).map_err(|_| unknown())?;
    db.read(move |connection| Member::find_by_username(connection, name.as_str()))
        .await?
        .ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_lowered_and_checked() {
        assert_eq!(Username::parse(" Alice ").unwrap().as_str(), "alice");
        for bad in ["", "-a", "a b", "ä", "a/b", &"x".repeat(31)] {
            assert!(Username::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_email_has_two_sides() {
        assert_eq!(check_email(" a@b ").unwrap(), "a@b");
        assert_eq!(check_email("").unwrap(), "");
        for bad in ["a", "@b", "a@", "a@b@c", "a @b"] {
            assert!(check_email(bad).is_err(), "{bad:?}");
        }
    }
}
