//! Whose consents and tokens a command is about.

use hob_authorization::whose::named_member;
use hob_plugin_sdk::{CommandError, Invocation};

use super::named_client;
use crate::{OAuth, models::Consents};

/// The consents that are meant: of a member, to an application, or both.
pub async fn named(oauth: &OAuth, invocation: &Invocation) -> Result<Consents, CommandError> {
    let member_id = named_member(oauth.members(), invocation).await?;
    let client = match invocation.given("client-id") {
        true => Some(named_client(oauth, invocation).await?.id),
        false => None,
    };
    match (member_id, client) {
        (Some(member_id), Some(client)) => Ok(Consents::Given(member_id, client)),
        (Some(member_id), None) => Ok(Consents::Member(member_id)),
        (None, Some(client)) => Ok(Consents::Client(client)),
        (None, None) => Err(CommandError::usage(
            "neither a member nor an application is named",
            "say --member alice, --client-id 4f1xAmple, or both",
        )),
    }
}
