//! The people of the site, by interface `hob.members`.

pub use crate::abi::members::RawUsernameVerdict as UsernameVerdict;
use crate::{
    PluginError, Text,
    abi::members::{MembersV1, RawProfile},
    db::Timestamp,
};

/// Looks members up.
#[derive(Clone, Copy)]
pub struct Members {
    table: &'static MembersV1,
}

/// What the site knows of a member. Show no more of it than was consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub id: i64,
    pub username: Text,
    pub display_name: Text,
    pub email: Text,
    pub email_verified: bool,
    pub administrator: bool,
    /// Can sign in with a password of this site, and not only by other ways.
    pub has_password: bool,
    pub disabled: bool,
    /// May publish media.
    pub uploader: bool,
    /// The member's page on the site: an absolute URL.
    pub profile_url: Text,
    pub created_at: Timestamp,
    /// In which language the member reads the site, such as `de`; empty where
    /// none was chosen.
    pub language: Text,
}

impl Members {
    pub(crate) fn new(table: &'static MembersV1) -> Self {
        Self { table }
    }

    /// A member by id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: i64) -> Result<Option<Profile>, PluginError> {
        let found = (self.table.find)(self.table.context, id)
            .await
            .into_result()?;
        Ok(found.into_option().map(Profile::from_raw))
    }

    /// A member by the name that somebody typed at sign-in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_by_username(&self, username: &str) -> Result<Option<Profile>, PluginError> {
        let found = (self.table.find_by_username)(self.table.context, username.into())
            .await
            .into_result()?;
        Ok(found.into_option().map(Profile::from_raw))
    }

    /// The member who signs in with this name and this password. None for an
    /// unknown name, a wrong password and a member who is disabled; all take
    /// the same time. The host counts no guesses: whoever asks slows them
    /// down.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_password(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<Profile>, PluginError> {
        let found =
            (self.table.check_password)(self.table.context, username.into(), password.into())
                .await
                .into_result()?;
        Ok(found.into_option().map(Profile::from_raw))
    }

    /// Whether the operator lets strangers have accounts that a plugin makes:
    /// see [`Response::registering`](crate::Response::registering).
    #[must_use]
    pub fn registration_is_open(&self) -> bool {
        (self.table.registration_is_open)(self.table.context)
    }

    /// Whether a newcomer can be called so, as it was typed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_username(&self, username: &str) -> Result<UsernameVerdict, PluginError> {
        let verdict = (self.table.check_username)(self.table.context, username.into());
        Ok(verdict.await.into_result()?)
    }
}

impl Profile {
    fn from_raw(raw: RawProfile) -> Self {
        Self {
            id: raw.id,
            username: raw.username,
            display_name: raw.display_name,
            email: raw.email,
            email_verified: raw.email_verified,
            administrator: raw.administrator,
            has_password: raw.has_password,
            disabled: raw.disabled,
            uploader: raw.uploader,
            profile_url: raw.profile_url,
            created_at: Timestamp::from_micros(raw.created_at),
            language: raw.language,
        }
    }
}
