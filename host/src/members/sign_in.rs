//! Who a name and a password belong to. The site's own sign-in asks here, and
//! plugins do through `hob.members`.

use diesel::QueryResult;
use hob_plugin_sdk::db::Db;

use super::{Member, Password, PasswordHasher, Username};

/// The member who signs in with these. None for a name that is unknown or
/// can't be one, for a wrong password, and for a member who is disabled or has
/// no password: each costs one hash, so that none looks like the other.
///
/// # Errors
/// The database failed.
pub async fn check_password(
    db: &Db,
    passwords: &PasswordHasher,
    username: &str,
    password: Password,
) -> QueryResult<Option<Member>> {
    let member = match Username::parse(username) {
        Ok(name) => {
            db.read(move |connection| Member::find_by_username(connection, name.as_str()))
                .await?
        }
        Err(_) => None,
    };
    let with_password = member.as_ref().filter(|member| member.has_password());
    let hash = with_password.map(|member| member.password_hash.clone());
    let matches = passwords.verify(password, hash).await;
    Ok(member.filter(|member| matches && !member.is_disabled()))
}
