//! The pages of the site: what each template needs, as plain data.
//!
//! A handler reads, decides and words; what stands here is only shown. This
//! module knows neither the database nor requests nor sessions.

mod admin;

use askama::Template;
use hob_plugin_sdk::Words;

use crate::words::Language;

pub use admin::{AdminPage, AuditPage, AuditRow, ChosenOption, PluginRow};

/// What surrounds every page.
pub struct Layout<'a> {
    /// What the page says, in the visitor's language.
    pub words: Words,
    pub language: &'a str,
    /// The languages that may be chosen, each with its own name.
    pub languages: &'a [(Language, &'a str)],
    /// Where the visitor comes back to with another language. Absent on a page
    /// that answered a form and can't be asked for again.
    pub here: Option<&'a str>,
    pub site_name: &'a str,
    /// The path under which the whole site stands: empty, or `/hob`.
    pub base: &'a str,
    /// With the stylesheet's digest in its query, so that it can be cached for
    /// good.
    pub stylesheet_url: &'a str,
    /// The sign-in page, with the way back to where the visitor is.
    pub login_url: &'a str,
    /// What every form of this page sends as `csrf`.
    pub csrf: &'a str,
    pub member: Option<SignedIn<'a>>,
    /// What stands in the signed-in member's menu beside what every site has
    /// there.
    pub member_links: Vec<MenuLink<'a>>,
    pub flash: Option<Flash<'a>>,
}

/// The member whose session this is.
pub struct SignedIn<'a> {
    pub username: &'a str,
    pub display_name: &'a str,
    /// The display name's first letter.
    pub initial: &'a str,
    pub profile_url: &'a str,
    pub may_upload: bool,
    pub is_administrator: bool,
}

/// A line of the member's menu.
pub struct MenuLink<'a> {
    pub url: &'a str,
    pub text: &'a str,
}

/// One sentence about what the last request did.
pub struct Flash<'a> {
    pub text: &'a str,
    pub failed: bool,
}

/// A time for people, and the same for programs (RFC 3339).
pub struct Moment<'a> {
    pub text: &'a str,
    pub machine: &'a str,
}

/// What was typed into a field, and what is wrong with it.
#[derive(Default)]
pub struct Field<'a> {
    pub value: &'a str,
    pub error: Option<&'a str>,
}

/// A photograph in the sizes that a browser may choose from.
pub struct Image<'a> {
    /// The size for browsers that do not choose.
    pub src: &'a str,
    /// `URL WIDTHw, URL WIDTHw`.
    pub srcset: &'a str,
    /// Of the size in `src`, as it is shown: after turning it the right way up.
    pub width: u32,
    pub height: u32,
}

/// Who published a medium.
pub struct Owner<'a> {
    pub display_name: &'a str,
    pub url: &'a str,
}

/// A medium in a grid.
pub struct Tile<'a> {
    pub url: &'a str,
    /// Never empty: a medium without a title is called by its file's name.
    pub title: &'a str,
    /// Absent while the medium is not ready.
    pub image: Option<Image<'a>>,
    pub failed: bool,
    /// Absent on the owner's own page.
    pub owner: Option<Owner<'a>>,
    /// A word in the owner's place, such as `Private`.
    pub note: Option<&'a str>,
}

/// What everybody has published lately.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    pub layout: Layout<'a>,
    pub tiles: &'a [Tile<'a>],
    /// Absent on the first page.
    pub newest_url: Option<&'a str>,
    /// Absent on the last page.
    pub older_url: Option<&'a str>,
}

/// A member and what that member published.
#[derive(Template)]
#[template(path = "member.html")]
pub struct MemberPage<'a> {
    pub layout: Layout<'a>,
    pub username: &'a str,
    pub display_name: &'a str,
    /// The display name's first letter.
    pub initial: &'a str,
    pub joined: Moment<'a>,
    /// The visitor is this member.
    pub is_self: bool,
    pub tiles: &'a [Tile<'a>],
    /// Absent on the first page.
    pub newest_url: Option<&'a str>,
    /// Absent on the last page.
    pub older_url: Option<&'a str>,
}

/// How far a medium has come.
pub enum Stage<'a> {
    Ready {
        image: Image<'a>,
        original_url: &'a str,
    },
    Processing,
    Failed {
        /// What was wrong with the file, in words for its owner.
        reason: &'a str,
    },
}

/// A size to download.
pub struct DownloadableFile<'a> {
    /// `Original`, `Medium` or `Thumbnail`.
    pub name: &'a str,
    pub url: &'a str,
    pub width: u32,
    pub height: u32,
    /// In words, such as `2.4 MB`.
    pub size: &'a str,
}

/// What only the owner sees on a medium's page.
pub struct Owned<'a> {
    pub edit_url: &'a str,
    pub delete_url: &'a str,
}

/// A medium's own page.
#[derive(Template)]
#[template(path = "media.html")]
pub struct MediaPage<'a> {
    pub layout: Layout<'a>,
    /// Never empty.
    pub title: &'a str,
    pub description: &'a str,
    pub tags: &'a [&'a str],
    pub owner: Owner<'a>,
    pub created: Moment<'a>,
    /// `Unlisted` or `Private`; absent on what is public.
    pub visibility_badge: Option<&'a str>,
    pub stage: Stage<'a>,
    /// Empty while the medium is not ready.
    pub files: &'a [DownloadableFile<'a>],
    /// Present for the owner.
    pub owned: Option<Owned<'a>>,
}

/// The upload form; after a mistake, with what was typed.
#[derive(Template)]
#[template(path = "upload.html")]
pub struct UploadPage<'a> {
    pub layout: Layout<'a>,
    /// Why nothing was published.
    pub problem: Option<&'a str>,
    /// The limit in words, such as `50 MB`.
    pub largest_file: &'a str,
    pub file_error: Option<&'a str>,
    pub title: Field<'a>,
    pub description: Field<'a>,
    /// Separated by commas.
    pub tags: Field<'a>,
    /// `public`, `unlisted` or `private`.
    pub visibility: &'a str,
    pub keep_location: bool,
}

/// The form that changes a medium's words and visibility.
#[derive(Template)]
#[template(path = "media_edit.html")]
pub struct MediaEditPage<'a> {
    pub layout: Layout<'a>,
    /// The title as stored, whatever stands in the field.
    pub original_title: &'a str,
    /// The medium's page.
    pub url: &'a str,
    pub save_url: &'a str,
    pub image: Option<Image<'a>>,
    pub problem: Option<&'a str>,
    pub title: Field<'a>,
    pub description: Field<'a>,
    /// Separated by commas.
    pub tags: Field<'a>,
    /// `public`, `unlisted` or `private`.
    pub visibility: &'a str,
}

/// The sign-in form. It is also shown to a signed-in member who wants another
/// account.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    pub layout: Layout<'a>,
    /// What was typed before.
    pub username: &'a str,
    /// A path of this site.
    pub next: &'a str,
    pub error: Option<&'a str>,
    /// Ways to sign in without the password.
    pub methods: &'a [MenuLink<'a>],
    /// Somebody has to show who is there, whoever is signed in.
    pub anew: bool,
    /// Some ways can't be used for that.
    pub some_left_out: bool,
}

/// A place where the member is signed in.
pub struct SessionRow<'a> {
    /// In words, such as `Firefox on Linux`.
    pub device: &'a str,
    pub address: &'a str,
    pub started: Moment<'a>,
    pub last_seen: Moment<'a>,
    /// The session that this page was asked for with.
    pub current: bool,
    pub revoke_url: &'a str,
}

/// A member's own settings.
#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage<'a> {
    pub layout: Layout<'a>,
    pub username: &'a str,
    pub profile_url: &'a str,
    pub display_name: Field<'a>,
    pub email: Field<'a>,
    pub current_password_error: Option<&'a str>,
    pub new_password_error: Option<&'a str>,
    /// There is one to be changed.
    pub has_password: bool,
    /// Where to show who is there before the first one is set, if that was not
    /// done a moment ago.
    pub sign_in_anew_url: Option<&'a str>,
    /// What a password must be, in a sentence.
    pub password_rule: &'a str,
    pub sessions: &'a [SessionRow<'a>],
    /// Where plugins have pages for the account's other ways to sign in.
    pub methods: &'a [MenuLink<'a>],
}

/// An application's web site. The URL is `http` or `https`.
pub struct Website<'a> {
    pub url: &'a str,
    pub host: &'a str,
}

/// What somebody may do, by its name and in words.
pub struct ShownScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
    pub dangerous: bool,
}

/// When something was last used, and from which address; empty if that is not
/// known.
pub struct LastUse<'a> {
    pub at: Moment<'a>,
    pub from: &'a str,
}

/// Something that may use the member's account.
pub struct ConnectionRow<'a> {
    /// The address of its logo, if it has one.
    pub logo: Option<&'a str>,
    /// The name's first letter, where it has none.
    pub initial: &'a str,
    /// As forms send it.
    pub key: &'a str,
    /// Its own page.
    pub url: &'a str,
    pub name: &'a str,
    /// The member made it, for a program of the member's own.
    pub is_personal_token: bool,
    pub unverified: bool,
    pub suspended: bool,
    pub website: Option<Website<'a>>,
    pub scopes: &'a [ShownScope<'a>],
    pub granted: Moment<'a>,
    pub last_used: Option<LastUse<'a>>,
    /// When it ends by itself; none if only when it is taken back.
    pub until: Option<Moment<'a>>,
}

/// All that may use the member's account.
#[derive(Template)]
#[template(path = "connections.html")]
pub struct ConnectionsPage<'a> {
    pub layout: Layout<'a>,
    pub revoke_url: &'a str,
    /// The titles of the plugins that give no answer.
    pub silent: &'a [&'a str],
    pub connections: &'a [ConnectionRow<'a>],
}

/// One of them, with all that is known of it.
#[derive(Template)]
#[template(path = "connection.html")]
pub struct ConnectionPage<'a> {
    pub layout: Layout<'a>,
    /// The page of all of them.
    pub all_url: &'a str,
    pub revoke_url: &'a str,
    pub id: &'a str,
    /// The title of the plugin that let it in.
    pub provider: &'a str,
    /// In words. None for a token that the member made.
    pub registrar: Option<&'a str>,
    pub connection: ConnectionRow<'a>,
}

/// What went wrong, for a browser.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub layout: Layout<'a>,
    pub status: u16,
    pub heading: &'a str,
    /// What happened and what can be done about it; nothing of the inside.
    pub explanation: &'a str,
    pub request_id: &'a str,
}

/// A page that a plugin made.
#[derive(Template)]
#[template(path = "plugin_page.html")]
pub struct PluginPage<'a> {
    pub layout: Layout<'a>,
    pub title: &'a str,
    /// Set in as it is: the plugin has escaped it.
    pub html: &'a str,
    /// The page's language, if it is not the layout's.
    pub foreign: Option<&'a str>,
}
