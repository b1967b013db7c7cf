//! Members import their photographs from another Hob: an example of a plugin
//! that makes requests in members' names. The README walks through it.

mod elsewhere;

use std::io::Write;

use askama::Template;
use hob_plugin_sdk::{
    Member, Request,
    media::{Media, NewMedium},
    prelude::*,
};
use hob_signin::session::{Account, SessionError, Sessions, Which};

use elsewhere::{Elsewhere, Photograph};

/// The started plugin.
pub struct Import {
    host: Host,
    media: Media,
    sessions: Sessions,
}

impl Plugin for Import {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /photographs", show)
            .handle("POST /photographs", import);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self {
            media: host.media()?,
            sessions: Sessions::of(&host)?,
            host,
        })
    }
}

/// What there is to import.
#[derive(Template)]
#[template(
    source = r#"<div class="wrap">
  <h1>Import my photographs</h1>
  {%- if let Some(said) = said %}
  <p class="note">{{ said }}</p>
  {%- endif %}
  {%- if accounts.is_empty() %}
  <p>Link an account of another Hob first, under <a href="{{ accounts_url }}">Other ways to sign in</a>.</p>
  {%- endif %}
  {%- for (account, photographs) in accounts %}
  <h2>{{ account.provider_title }} · {{ account.name }}</h2>
  <ul class="rows">
    {%- for photograph in photographs %}
    <li class="row">
      <span>{{ photograph.title }}</span>
      <form method="post" action="{{ import_url }}">
        <input type="hidden" name="csrf" value="{{ csrf }}">
        <input type="hidden" name="provider" value="{{ account.provider }}">
        <input type="hidden" name="account" value="{{ account.subject }}">
        <input type="hidden" name="photograph" value="{{ photograph.id }}">
        <button class="button button-small" type="submit">Import<span class="visually-hidden"> {{ photograph.title }}</span></button>
      </form>
    </li>
    {%- endfor %}
  </ul>
  {%- endfor %}
</div>
"#,
    ext = "html"
)]
struct ImportPage<'a> {
    said: Option<&'a str>,
    csrf: &'a str,
    import_url: &'a str,
    accounts_url: &'a str,
    accounts: &'a [(Account, Vec<Photograph>)],
}

async fn show(import: Arc<Import>, request: Request) -> Result<Response, PluginError> {
    import.page(&request, 200, None).await
}

async fn import(import: Arc<Import>, request: Request) -> Result<Response, PluginError> {
    let member = member(&request)?;
    let fields = request
        .form()
        .map_err(|error| PluginError::new(error.to_string()))?;
    let which = Which {
        provider: fields.first("provider").unwrap_or_default().into(),
        subject: fields.first("account").unwrap_or_default().into(),
    };
    let id = fields.first("photograph").and_then(|id| id.parse().ok());
    let Some(id) = id else {
        return import
            .page(&request, 400, Some("Choose a photograph."))
            .await;
    };
    let elsewhere = Elsewhere::of(&import.sessions, member);
    let published = match elsewhere.photograph(&which, id).await {
        Ok((photograph, file)) => import.publish(member, photograph, &file).await,
        Err(error) => Err(import.refusal(error)),
    };
    match published {
        Ok(url) => Ok(Response::redirect(url)),
        Err(error) if error.may_be_shown() => {
            import.page(&request, 422, Some(error.message())).await
        }
        Err(error) => Err(error),
    }
}

/// The member who asks, on routes that let nobody else in.
fn member(request: &Request) -> Result<&Member, PluginError> {
    let missing = || PluginError::new("a member's route without a member");
    request.member().ok_or_else(missing)
}

impl Import {
    async fn page(
        &self,
        request: &Request,
        status: u16,
        said: Option<&str>,
    ) -> Result<Response, PluginError> {
        let elsewhere = Elsewhere::of(&self.sessions, member(request)?);
        let mut accounts = Vec::new();
        let mut problem = None;
        for account in elsewhere
            .accounts()
            .await
            .map_err(|error| self.refusal(error))?
        {
            match elsewhere.photographs(&account.which()).await {
                Ok(photographs) => accounts.push((account, photographs)),
                Err(error) => problem = Some(self.refusal(error)),
            }
        }
        let site = self.host.site();
        let page = ImportPage {
            said: said.or(problem.as_ref().map(PluginError::message)),
            csrf: request.csrf(),
            import_url: &site.plugin_path("/photographs"),
            accounts_url: &site.path("/account"),
            accounts: &accounts,
        };
        let html = page
            .render()
            .map_err(|error| PluginError::new(format!("the page's template: {error}")))?;
        Ok(Response::page(
            status,
            Page::new("Import my photographs", html),
        ))
    }

    /// Publishes a file by the same code as the site's own form, and answers
    /// with its page.
    async fn publish(
        &self,
        member: &Member,
        photograph: Photograph,
        file: &[u8],
    ) -> Result<String, PluginError> {
        let kept = |error: std::io::Error| PluginError::new(format!("a temporary file: {error}"));
        let mut spooled = tempfile::NamedTempFile::new().map_err(kept)?;
        spooled.write_all(file).map_err(kept)?;
        let new = NewMedium {
            owner_id: member.id,
            path: spooled.path().to_owned(),
            file_name: photograph.title.clone(),
            title: photograph.title,
            description: photograph.description,
            tags: photograph.tags,
            // Nobody sees it until the member says so.
            visibility: Some("private".to_owned()),
        };
        Ok(self.media.create(new).await?.url)
    }

    /// What the member reads where the other site can't be asked.
    fn refusal(&self, error: SessionError) -> PluginError {
        tracing::info!(%error, "photographs elsewhere can't be asked for");
        PluginError::refusal(match error {
            SessionError::NotLinked(_) => "Link the account anew: it can't be used any more.",
            SessionError::Several(_) => "Choose the account whose photographs are meant.",
            SessionError::NotThere => "This site has no accounts elsewhere.",
            SessionError::TooLarge(_) => {
                "The photograph is too large to be fetched from the other site. Please download \
                 it there, and upload it here."
            }
            SessionError::Elsewhere(_) | SessionError::Failed(_) => {
                "The other site gave no answer that can be used. Please try again later."
            }
        })
    }
}

export_plugin!(Import);
