//! What a provider publishes, as it was last said: asked for by one request at a
//! time, and remembered. So is that it gave nothing, for a while: a provider
//! that is away is not asked by everybody who comes.

use std::{
    future::Future,
    sync::{Arc, Mutex as StdMutex},
    time::Duration,
};

use futures_util::lock::Mutex;
use hob_plugin_sdk::{Host, db::Timestamp};

use crate::error::SignInError;

/// How long a provider that gave nothing is not asked again.
pub const LEFT_ALONE_FOR: Duration = Duration::from_secs(30);

/// A document of a provider.
pub struct Published<T> {
    host: Host,
    said: StdMutex<Said<T>>,
    /// Held by whoever asks.
    asking: Mutex<()>,
}

struct Said<T> {
    document: Option<(Timestamp, Arc<T>)>,
    /// When it last gave none, and why.
    nothing: Option<(Timestamp, String)>,
}

impl<T> Published<T> {
    /// Of a provider that was not asked yet.
    pub fn new(host: &Host) -> Self {
        Self {
            host: host.clone(),
            said: StdMutex::new(Said {
                document: None,
                nothing: None,
            }),
            asking: Mutex::default(),
        }
    }

    /// What it said no longer ago than this, or says now if it is asked.
    ///
    /// # Errors
    /// It gives nothing that can be used, or gave nothing a moment ago.
    pub async fn no_older_than(
        &self,
        age: Duration,
        ask: impl Future<Output = Result<T, SignInError>> + Send,
    ) -> Result<Arc<T>, SignInError> {
        if let Some(known) = self.known(age) {
            return known;
        }
        let _alone = self.asking.lock().await;
        // Somebody may have asked meanwhile.
        if let Some(known) = self.known(age) {
            return known;
        }
        let asked_at = self.host.now();
        let asked = ask.await;
        let mut said = self.said.lock().expect("nothing panics with the lock");
        match asked {
            Ok(document) => {
                let document = Arc::new(document);
                said.document = Some((asked_at, document.clone()));
                said.nothing = None;
                Ok(document)
            }
            Err(error) => {
                // It may have taken its time over that.
                said.nothing = Some((self.host.now(), error.to_string()));
                Err(error)
            }
        }
    }

    fn known(&self, age: Duration) -> Option<Result<Arc<T>, SignInError>> {
        let now = self.host.now();
        let said = self.said.lock().expect("nothing panics with the lock");
        if let Some((at, document)) = &said.document
            && now < *at + age
        {
            return Some(Ok(document.clone()));
        }
        let (at, why) = said.nothing.as_ref()?;
        (now < *at + LEFT_ALONE_FOR).then(|| Err(SignInError::LeftAlone(why.clone())))
    }
}
