//! The pages of the authorization server in each language, and that all of
//! their messages are there and said.

use crate::support;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use hob::testing::{
    Browser, TestHost, on_each_database,
    said::{quoted, texts},
};
use hob_plugin_manifest::{Locale, locale};
use support::{Dance, PASSWORD, allow};

fn scope(words: &str) -> Vec<String> {
    words.split_whitespace().map(ToOwned::to_owned).collect()
}

async fn reading(site: &TestHost, language: &str) -> Browser {
    let mut browser = site.browser().reading(language);
    browser.sign_in("alice", PASSWORD).await;
    browser
}

#[tokio::test]
async fn a_member_is_asked_in_her_language() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("scope", "profile media:read media:write")]);
        for (language, said) in [
            (
                "en",
                [
                    "<h1>Photo Desk asks to use your account</h1>",
                    "<legend>Your photographs</legend>",
                    "See your photographs, the private ones too",
                    "under <a href=\"/connections\">Connected applications</a>.",
                    "Then you go on to <strong>app.example</strong>.",
                ],
            ),
            (
                "de",
                [
                    "<h1>Photo Desk möchte dein Konto nutzen</h1>",
                    "<legend>Deine Fotos</legend>",
                    "Deine Fotos sehen, auch die privaten",
                    "unter <a href=\"/connections\">Verbundene Anwendungen</a> widerrufen.",
                    "Danach geht es weiter zu <strong>app.example</strong>.",
                ],
            ),
            (
                "fr",
                [
                    "<h1>Photo Desk demande à utiliser votre compte</h1>",
                    "<legend>Vos photos</legend>",
                    "Voir vos photos, y compris les photos privées",
                    "sous <a href=\"/connections\">Applications connectées</a>.",
                    "Vous serez ensuite dirigé vers <strong>app.example</strong>.",
                ],
            ),
        ] {
            let page = reading(&dance.site, language).await.get(&path).await;
            let html = page.text();
            assert!(
                html.contains(&format!("<html lang=\"{language}\">")),
                "{html}"
            );
            assert!(
                !html.contains("<div lang="),
                "the plugin has its own: {html}"
            );
            for said in said {
                assert!(html.contains(said), "{said} is not in {html}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn scopes_stand_by_what_they_touch_in_the_order_of_their_declaration() {
    let dance = Dance::start(TestHost::builder()).await;
    let mut browser = reading(&dance.site, "en").await;
    let app = dance.web_app().await;
    let path = app.authorize_path(&[("scope", "media:write profile media:read")]);
    let page = browser.get(&path).await;
    let html = page.text();
    let places: Vec<usize> = [
        "<legend>Your account</legend>",
        "value=\"profile\"",
        "<legend>Your photographs</legend>",
        "value=\"media:read\"",
        "value=\"media:write\"",
    ]
    .iter()
    .map(|part| {
        html.find(part)
            .unwrap_or_else(|| panic!("no {part}: {html}"))
    })
    .collect();
    assert!(places.is_sorted(), "{html}");
    assert_eq!(html.matches("<fieldset>").count(), 2, "{html}");
    // Only what can change something is marked, and raw names stand below.
    assert_eq!(
        html.matches("badge-danger\">sensitive<").count(),
        1,
        "{html}"
    );
    let marked = html.find("badge-danger").expect("it is marked");
    assert!(marked > places[4], "{html}");
    let details = html.find("<summary>Technical details</summary>");
    let details = &html[details.expect("there are details")..];
    for name in ["profile", "media:read", "media:write"] {
        assert!(
            details.contains(&format!("<code>{name}</code>")),
            "{details}"
        );
    }
    let narrow = browser
        .get(&app.authorize_path(&[("scope", "profile")]))
        .await;
    assert_eq!(narrow.text().matches("<fieldset>").count(), 1, "{narrow:?}");
}

#[tokio::test]
async fn markup_in_a_name_stays_text_in_a_worded_sentence() {
    let dance = Dance::start(TestHost::builder()).await;
    let name = "</strong><script>alert(1)</script>\u{e000}";
    let words = ["oauth", "client", "edit"];
    let app = dance.web_app().await;
    let set = [&words[..], &[&app.client_id, "--name", name]].concat();
    let output = dance.site.run_command(&set).await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    for language in ["en", "de", "fr"] {
        let mut browser = reading(&dance.site, language).await;
        let page = browser
            .get(&app.authorize_path(&[("scope", "profile")]))
            .await;
        let html = page.text();
        assert!(!html.contains("<script>"), "{html}");
        assert!(
            html.contains("&#60;script&#62;alert(1)&#60;/script&#62;\u{e000}"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn how_many_members_allow_it_is_said_as_each_language_counts() {
    let dance = Dance::start(TestHost::builder()).await;
    let mut owner = reading(&dance.site, "en").await;
    let form = [
        ("name", "Mine"),
        ("redirect_uris", support::REDIRECT_URI),
        ("scope", "profile"),
        ("kind", "public"),
    ];
    let made = owner.submit("/oauth/clients/new", &form).await;
    assert_eq!(made.status(), 201, "{made:?}");
    let client_id = made
        .text()
        .split("aria-labelledby=\"client-id\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("the page shows the client id")
        .to_owned();
    let app = support::App {
        client_id,
        secret: None,
        redirect_uri: support::REDIRECT_URI.to_owned(),
    };
    let page = format!("/oauth/clients/{}", app.client_id);
    let expected = [
        ["0 members", "0 Mitgliedern", "0 membre<"],
        ["1 member<", "1 Mitglied<", "1 membre<"],
        ["2 members", "2 Mitgliedern", "2 membres"],
    ];
    dance.site.add_member("bob", PASSWORD).await;
    for (who, said) in [None, Some("alice"), Some("bob")].iter().zip(expected) {
        if let Some(who) = who {
            let mut member = dance.site.browser();
            member.sign_in(who, PASSWORD).await;
            let path = app.authorize_path(&[("scope", "profile")]);
            let asked = member.get(&path).await;
            let allowed = allow(&mut member, &asked, &scope("profile")).await;
            support::answer(&allowed).expect_code();
        }
        for (language, said) in ["en", "de", "fr"].into_iter().zip(said) {
            let shown = reading(&dance.site, language).await.get(&page).await;
            assert!(shown.text().contains(said), "{said}: {shown:?}");
        }
    }
}

/// The page is the site's, with what the scopes' own plugin says of them.
#[tokio::test]
async fn what_may_use_the_account_is_told_in_the_member_s_language() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance
        .register_on_page("confidential", support::REDIRECT_URI)
        .await;
    let code = dance.code_with(&app, &[("scope", "profile")]).await;
    support::tokens(&dance.exchange(&app, &code).await);
    for (language, in_list, on_its_page) in [
        (
            "en",
            [
                "<h1>Connected applications</h1>",
                ">unverified<",
                "<li>See your name and your profile page</li>",
                ">Allowed <time ",
                "not used yet",
                ">Revoke what is ticked</button>",
            ],
            [
                "You allowed this application to use your account:",
                "<dd>A member, on the site’s pages</dd>",
            ],
        ),
        (
            "de",
            [
                "<h1>Verbundene Anwendungen</h1>",
                ">ungeprüft<",
                "<li>Deinen Namen und deine Profilseite sehen</li>",
                ">Erlaubt am <time ",
                "noch nicht genutzt",
                ">Angekreuztes widerrufen</button>",
            ],
            [
                "Du hast dieser Anwendung erlaubt, dein Konto zu nutzen:",
                "<dd>Ein Mitglied, auf den Seiten der Website</dd>",
            ],
        ),
        (
            "fr",
            [
                "<h1>Applications connectées</h1>",
                ">non vérifiée<",
                "<li>Voir votre nom et votre page de profil</li>",
                ">Autorisée le <time ",
                "aucune utilisation pour l’instant",
                ">Révoquer ce qui est coché</button>",
            ],
            [
                "Vous avez autorisé cette application à utiliser votre compte\u{a0}:",
                "<dd>Un membre, sur les pages du site</dd>",
            ],
        ),
    ] {
        let mut browser = reading(&dance.site, language).await;
        let list = browser.get(support::CONNECTIONS).await;
        for said in in_list {
            assert!(list.text().contains(said), "{said} is not in {list:?}");
        }
        let its_page = format!("{}/{}", support::CONNECTIONS, app.connection());
        let page = browser.get(&its_page).await;
        for said in on_its_page {
            assert!(page.text().contains(said), "{said} is not in {page:?}");
        }
    }
}

#[tokio::test]
async fn a_personal_token_is_made_in_the_member_s_language() {
    let dance = Dance::start(TestHost::builder()).await;
    for (language, in_form, mistakes, on_its_page, in_list) in [
        (
            "en",
            [">in 30 days<", "See your name and your profile page"],
            ["It needs a name.", "It needs a scope: what it may do."],
            "It works until <time ",
            [">Personal access tokens</a>", "Made <time "],
        ),
        (
            "de",
            [">in 30 Tagen<", "Deinen Namen und deine Profilseite sehen"],
            ["Es fehlt ein Name.", "Es fehlt ein Scope: was es darf."],
            "Es gilt bis <time ",
            [">Persönliche Zugriffstokens</a>", "Erstellt am <time "],
        ),
        (
            "fr",
            [">dans 30 jours<", "Voir votre nom et votre page de profil"],
            [
                "Il lui faut un nom.",
                "Il lui faut un scope\u{a0}: ce qu’il permet.",
            ],
            "Il est valable jusqu’au <time ",
            [">Jetons d’accès personnels</a>", "Créé le <time "],
        ),
    ] {
        let mut browser = reading(&dance.site, language).await;
        let form = browser.get("/oauth/tokens/new").await;
        for said in in_form {
            assert!(form.text().contains(said), "{said} is not in {form:?}");
        }
        let refused = browser.submit("/oauth/tokens/new", &[("ends", "7")]).await;
        assert_eq!(refused.status(), 422, "{refused:?}");
        for said in mistakes {
            assert!(
                refused.text().contains(said),
                "{said} is not in {refused:?}"
            );
        }
        let fields = [("name", "Backup"), ("scope", "profile"), ("ends", "7")];
        let made = browser.submit("/oauth/tokens/new", &fields).await;
        assert_eq!(made.status(), 201, "{made:?}");
        assert!(made.text().contains(on_its_page), "{made:?}");
        assert!(!made.text().contains("action=\"/language\""), "{made:?}");
        let list = browser.get("/oauth/tokens").await;
        for said in in_list {
            assert!(list.text().contains(said), "{said} is not in {list:?}");
        }
    }
}

#[tokio::test]
async fn mistakes_and_errors_are_told_in_the_visitors_language() {
    let dance = Dance::start(TestHost::builder()).await;
    for (language, problem, unknown, hint) in [
        (
            "en",
            "ftp://x can&#39;t be a redirect URI: ",
            "<h1>Unknown application</h1>",
            "no client is registered under this client_id",
        ),
        (
            "de",
            "ftp://x kann keine Redirect-URI sein: ",
            "<h1>Unbekannte Anwendung</h1>",
            "<dd lang=\"en\">no client is registered under this client_id",
        ),
        (
            "fr",
            "ftp://x ne peut pas être une URI de redirection\u{a0}: ",
            "<h1>Application inconnue</h1>",
            "<dd lang=\"en\">no client is registered under this client_id",
        ),
    ] {
        let mut browser = reading(&dance.site, language).await;
        let form = [
            ("name", "Mine"),
            ("redirect_uris", "ftp://x"),
            ("scope", "profile"),
        ];
        let refused = browser.submit("/oauth/clients/new", &form).await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().contains(problem), "{refused:?}");
        let nobody = format!(
            "/oauth/authorize?client_id=nobody&redirect_uri={}",
            support::REDIRECT_URI
        );
        let page = browser.get(&nobody).await;
        assert!(page.text().contains(unknown), "{page:?}");
        assert!(page.text().contains(hint), "{page:?}");
        // What applications and libraries read stays English.
        let json = browser
            .request(http::Method::GET, "/oauth/access_token")
            .await;
        assert!(json.text().contains("error_description"), "{json:?}");
        let menu = browser.get("/account").await;
        let connections = match language {
            "de" => "Verbundene Anwendungen",
            "fr" => "Applications connectées",
            _ => "Connected applications",
        };
        assert!(
            menu.text().contains(&format!(">{connections}</a>")),
            "{menu:?}"
        );
    }
}

#[tokio::test]
async fn a_page_that_shows_a_secret_once_offers_no_other_language() {
    let dance = Dance::start(TestHost::builder()).await;
    let mut browser = reading(&dance.site, "en").await;
    let form = browser.get("/oauth/clients/new").await;
    assert!(form.text().contains("action=\"/language\""));
    let fields = [
        ("name", "Mine"),
        ("redirect_uris", support::REDIRECT_URI),
        ("scope", "profile"),
        ("kind", "confidential"),
    ];
    let made = browser.submit("/oauth/clients/new", &fields).await;
    assert_eq!(made.status(), 201);
    assert!(made.text().contains("hob_cs_"), "{made:?}");
    assert!(!made.text().contains("action=\"/language\""), "{made:?}");
}

#[test]
fn each_message_is_said_somewhere_and_what_is_said_is_there() {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let said = [
        ("templates/oauth", "html"),
        ("plugin-oauth/src", "rs"),
        ("templates/authorization", "html"),
        ("authorization/src", "rs"),
    ]
    .map(|(folder, kind)| texts(&root.join(folder), kind))
    .concat();
    let words = |name| Locale::read_folder(&root.join("locales"), name).expect("they are sound");
    let locales = locale::joined(words("oauth"), &words("authorization"));
    let locales = locales.expect("they go together");
    let english = locales.iter().find(|locale| locale.language == "en");
    let english = english.expect("there is English").message_ids();
    let there: BTreeSet<String> = english.expect("it is sound").into_iter().collect();
    assert!(there.len() > 100);
    for before in ["say(\"", "rich(\"", "asked(\"", "problem(\""] {
        for id in quoted(&said, before) {
            assert!(there.contains(id), "{before}{id}\") is nowhere");
        }
    }
    for id in &there {
        let by_host = id.starts_with("menu-");
        // Made of the name of a key, or of what the doctor finds.
        let made = ["policy-", "finding-"].iter().any(|before| {
            let name = id.strip_prefix(before);
            name.is_some_and(|name| said.contains(&format!("\"{name}\"")))
        });
        assert!(
            by_host || made || said.contains(&format!("\"{id}\"")),
            "nobody says {id}"
        );
    }
}
