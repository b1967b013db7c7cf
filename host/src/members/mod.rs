//! The people of the site: accounts, passwords, sessions.

mod account;
mod interface;
mod newcomer;
mod password;
mod session;
mod sign_in;

pub use account::{Member, MemberError, NewMember, Username, check_email, named};
pub use interface::members_interface;
pub use newcomer::{LONGEST_NAME, Newcomer, Registration};
pub use password::{Password, PasswordError, PasswordHasher};
pub use session::{NewSession, Session, SignedIn};
pub use sign_in::check_password;
