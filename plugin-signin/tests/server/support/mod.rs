//! A Hob with accounts, a Hob that lets its members sign in with them, and the
//! steps between the two. The provider is a real one, on a real socket.

pub mod scripted;

use std::{net::SocketAddr, time::Duration};

use diesel::RunQueryDsl;
use hob::{
    http::Server,
    members::Member,
    testing::{Browser, Builder, Reply, TestHost},
};
use hob_plugin_sdk::http::Fields;
use serde_json::Value;

pub const PASSWORD: &str = "correct horse battery staple";
/// Where the site stands that lets its members sign in with the other.
pub const HERE: &str = "http://127.0.0.1:8080";
pub const ACCOUNTS: &str = "/signin/accounts";

/// The provider: another Hob, where ada has an account.
pub struct Provider {
    pub site: TestHost,
    pub url: String,
    pub client_id: String,
    pub client_secret: String,
    /// What the site with the plugin asks for.
    pub scope: &'static str,
    pub ada: Browser,
}

/// Both sites.
pub struct Pair {
    pub there: Provider,
    pub here: TestHost,
    /// With an account here, and none linked.
    pub alice: Member,
}

/// A port of this machine that nobody has now.
pub fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound")
}

impl Provider {
    /// One at which the other site may ask for this scope.
    pub async fn start_for(scope: &'static str) -> Self {
        let address = free_address();
        let url = format!("http://{address}");
        let site = TestHost::builder()
            .url(&url)
            .plugin(hob_plugin_oauth::HOB_PLUGIN)
            .plugin(hob_plugin_api::HOB_PLUGIN)
            .start()
            .await;
        let server = Server::bind(address, site.app().clone())
            .await
            .expect("the port is still free");
        tokio::spawn(server.serve(std::future::pending(), Duration::ZERO));
        site.add_member("ada", PASSWORD).await;
        let mut ada = site.browser();
        ada.sign_in("ada", PASSWORD).await;
        let redirect = format!("{HERE}/signin/other/authorized");
        let words = [
            "oauth",
            "client",
            "add",
            "--name",
            "Here",
            "--scope",
            scope,
            "--redirect-uri",
            &redirect,
            "--json",
        ];
        let output = site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let client: Value = serde_json::from_str(&output.stdout).expect("it prints JSON");
        let text = |name: &str| client[name].as_str().expect("it is there").to_owned();
        Self {
            url,
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            scope,
            ada,
            site,
        }
    }

    /// Lines of `[plugin.signin]` that name it.
    pub fn lines(&self) -> String {
        format!(
            "[plugin.signin.provider.other]\nkind = \"hob\"\ntitle = \"The other\"\n\
             issuer = {:?}\nclient_id = {:?}\nclient_secret = {:?}\nscopes = {:?}",
            self.url,
            self.client_id,
            self.client_secret,
            self.scope.split(' ').collect::<Vec<_>>()
        )
    }

    /// From now on grace sits there, and not ada.
    pub async fn become_grace(&mut self) {
        self.site.add_member("grace", PASSWORD).await;
        let mut grace = self.site.browser();
        grace.sign_in("grace", PASSWORD).await;
        self.ada = grace;
    }

    /// Ada allows what she is asked, or what she allowed before, and is sent
    /// back.
    pub async fn allow(&mut self, sent: &Reply) -> String {
        let path = path_of(sent, &self.url);
        let page = self.ada.get(&path).await;
        if page.status() == 303 {
            return path_of(&page, HERE);
        }
        let answered = self.decide(&page, "allow").await;
        path_of(&answered, HERE)
    }

    /// Ada declines, and is sent back.
    pub async fn decline(&mut self, sent: &Reply) -> String {
        let page = self.ada.get(&path_of(sent, &self.url)).await;
        let answered = self.decide(&page, "deny").await;
        path_of(&answered, HERE)
    }

    async fn decide(&mut self, page: &Reply, decision: &str) -> Reply {
        let request = between(page.text(), "name=\"request\" value=\"", "\"");
        let mut fields = vec![("request", request), ("decision", decision)];
        fields.extend(self.scope.split(' ').map(|scope| ("scope", scope)));
        self.ada.submit("/oauth/consent", &fields).await
    }
}

/// A site with the plugin, which may ask this machine.
pub fn here(builder: Builder, lines: &str) -> Builder {
    builder
        .plugin(hob_plugin_signin::HOB_PLUGIN)
        .plugin_toml("signin", lines)
        .http_client_toml("allow = [\"127.0.0.1\"]")
}

impl Pair {
    pub async fn start(builder: Builder) -> Self {
        Self::start_with(builder, "profile", "").await
    }

    /// Of a site that asks for this scope, with further lines of the provider's
    /// section.
    pub async fn start_with(builder: Builder, scope: &'static str, more: &str) -> Self {
        let there = Provider::start_for(scope).await;
        let lines = format!("{}\n{more}", there.lines());
        let here = here(builder, &lines).start().await;
        let alice = here.add_member("alice", PASSWORD).await;
        Self { there, here, alice }
    }

    /// A browser in which alice is signed in here.
    pub async fn alice(&self) -> Browser {
        let mut browser = self.here.browser();
        browser.sign_in("alice", PASSWORD).await;
        browser
    }

    /// Lets ada's account there open alice's here.
    pub async fn link(&mut self) -> Browser {
        let mut alice = self.alice().await;
        let linked = self.link_in(&mut alice).await;
        assert_eq!(linked.status(), 303, "{linked:?}");
        alice
    }

    /// As [`Self::link`], for whoever is signed in in this browser.
    pub async fn link_in(&mut self, browser: &mut Browser) -> Reply {
        let fields = [("provider", "other")];
        let sent = browser.submit("/signin/accounts/link", &fields).await;
        let back = self.there.allow(&sent).await;
        browser.get(&back).await
    }

    /// Somebody who holds ada's account there signs in here.
    pub async fn sign_in(&mut self, browser: &mut Browser) -> Reply {
        let sent = browser.get("/signin/other").await;
        let back = self.there.allow(&sent).await;
        browser.get(&back).await
    }
}

/// Who is signed in in this browser.
pub async fn who(browser: &mut Browser) -> Option<String> {
    let page = browser.get("/account").await;
    let signed_in = page.status() == 200;
    signed_in.then(|| between(page.text(), "You are <strong>", "</strong>").to_owned())
}

/// Where a redirect to this site leads.
pub fn path_of(reply: &Reply, site: &str) -> String {
    assert_eq!(reply.status(), 303, "no redirect: {reply:?}");
    let path = reply.header("location").strip_prefix(site);
    path.unwrap_or_else(|| panic!("no redirect to {site}: {reply:?}"))
        .to_owned()
}

/// The parameters of a redirect, taken apart.
pub fn query_of(reply: &Reply) -> Fields {
    let (_, query) = reply.header("location").split_once('?').unwrap_or_default();
    Fields::parse(query.as_bytes()).expect("the query is readable")
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text
        .find(before)
        .unwrap_or_else(|| panic!("no {before}: {text}"))
        + before.len();
    text[start..].split(after).next().unwrap_or_default()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// How many rows a table has.
pub async fn count(site: &TestHost, table: &str) -> i64 {
    let query = format!("SELECT COUNT(*) AS \"count\" FROM \"{table}\"");
    let rows: Vec<Count> = site
        .db()
        .read(move |connection| diesel::sql_query(query).load(connection))
        .await
        .expect("the table is there");
    rows[0].count
}

/// Lets an account elsewhere open a member's, without any journey.
pub async fn link_directly(site: &TestHost, issuer: &str, subject: &str, member_id: i64) {
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    site.db()
        .write(move |connection| {
            diesel::sql_query(
                "INSERT INTO \"signin_accounts\" (\"issuer\", \"subject\", \"member_id\", \
                 \"name\", \"created_at\") VALUES ($1, $2, $3, 'ada', 0)",
            )
            .bind::<diesel::sql_types::Text, _>(issuer)
            .bind::<diesel::sql_types::Text, _>(subject)
            .bind::<diesel::sql_types::BigInt, _>(member_id)
            .execute(connection)
        })
        .await
        .expect("the table is there");
}
