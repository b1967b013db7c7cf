//! The member's photographs at another Hob, by its API.

use hob_plugin_sdk::{Member, PluginError, http_client::OutboundRequest};
use hob_signin::session::{Account, SessionError, Sessions, Which, Whose};
use serde::Deserialize;

/// A photograph there, as far as it is looked at here.
#[derive(Deserialize)]
pub struct Photograph {
    pub id: i64,
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
struct Listed {
    media: Vec<Photograph>,
}

/// A member's way to other sites.
pub struct Elsewhere<'a> {
    pub sessions: &'a Sessions,
    pub whose: Whose,
}

impl<'a> Elsewhere<'a> {
    pub fn of(sessions: &'a Sessions, member: &Member) -> Self {
        Self {
            sessions,
            whose: Whose::Member {
                member_id: member.id,
                session_id: member.session_id,
            },
        }
    }

    /// The member's accounts whose photographs may be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, SessionError> {
        let mut accounts = self.sessions.accounts(self.whose).await?;
        accounts.retain(|account| account.scope.split(' ').any(|scope| scope == "media:read"));
        Ok(accounts)
    }

    /// The member's own newest photographs there.
    pub async fn photographs(&self, which: &Which) -> Result<Vec<Photograph>, SessionError> {
        let listed: Listed = self.json(which, "/media?owner=me&limit=50").await?;
        Ok(listed.media)
    }

    /// One of them, and its original file, if that is no larger than the
    /// operator lets answers of other sites be.
    pub async fn photograph(
        &self,
        which: &Which,
        id: i64,
    ) -> Result<(Photograph, Vec<u8>), SessionError> {
        let photograph = self.json(which, &format!("/media/{id}")).await?;
        let path = format!("/media/{id}/files/original");
        let asked = OutboundRequest::get(&path);
        let answer = self.sessions.send(self.whose, which.clone(), asked).await?;
        match answer.is_success() {
            true => Ok((photograph, answer.body)),
            false => Err(refused(&path, answer.status)),
        }
    }

    async fn json<T: serde::de::DeserializeOwned>(
        &self,
        which: &Which,
        path: &str,
    ) -> Result<T, SessionError> {
        let asked = OutboundRequest::get(path).header("accept", "application/json");
        let answer = self.sessions.send(self.whose, which.clone(), asked).await?;
        match answer.is_success() {
            true => answer.json().map_err(SessionError::Failed),
            false => Err(refused(path, answer.status)),
        }
    }
}

fn refused(path: &str, status: u16) -> SessionError {
    SessionError::Failed(PluginError::new(format!(
        "the other site answers {path} with the status {status}"
    )))
}
