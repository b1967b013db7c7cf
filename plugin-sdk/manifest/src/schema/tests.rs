use super::*;

fn problem(routes: &[&str]) -> Option<String> {
    let routes: String = routes
        .iter()
        .map(|route| format!("[[route]]\nroute = {route:?}\n"))
        .collect();
    let text = format!("id = \"x\"\ntitle = \"X\"\n{routes}");
    Manifest::parse(&text).err().map(|error| error.to_string())
}

#[test]
fn a_visit_is_a_browser_s() {
    let with = |authentication: &str| {
        let text = format!(
            "id = \"x\"\ntitle = \"X\"\n[[route]]\nroute = \"GET /a\"\nvisit = true\n\
             authentication = {authentication:?}\n{}",
            if authentication == "token" {
                "public = true"
            } else {
                ""
            }
        );
        Manifest::parse(&text).is_ok()
    };
    assert!(with("session") && with("member"));
    assert!(!with("own") && !with("token"));
}

#[test]
fn a_line_for_administrators_leads_to_a_page_of_theirs() {
    let with = |authentication: &str, audience: &str| {
        let text = format!(
            "id = \"x\"\ntitle = \"X\"\n\
             [[menu]]\ntext = \"All\"\npath = \"/all\"\naudience = {audience:?}\n\
             [[route]]\nroute = \"GET /all\"\nauthentication = {authentication:?}\n",
        );
        Manifest::parse(&text)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(with("administrator", "administrators"), Ok(()));
    assert_eq!(with("member", "members"), Ok(()));
    for lesser in ["session", "member", "own"] {
        let refused = with(lesser, "administrators").unwrap_err();
        assert!(refused.contains("menu \"All\""), "{refused}");
    }
}

#[test]
fn an_administrator_s_form_carries_the_session_s_token() {
    let text = "id = \"x\"\ntitle = \"X\"\n[[route]]\nroute = \"POST /a\"\n\
                authentication = \"administrator\"\n";
    let refused = Manifest::parse(text).unwrap_err().to_string();
    assert!(refused.contains("needs `body`"), "{refused}");
    let cors = format!("{text}body = \"buffered\"\ncors = true\n");
    let refused = Manifest::parse(&cors).unwrap_err().to_string();
    assert!(refused.contains("`cors` needs"), "{refused}");
    Manifest::parse(&format!("{text}body = \"buffered\"\n")).expect("it has a body");
}

#[test]
fn sections_and_keys_have_names_of_their_own() {
    let with = |text: &str| {
        let key = "type = \"string\"\nhelp = \"h\"";
        let text = text.replace("KEY", key);
        let text = format!("id = \"x\"\ntitle = \"X\"\n{text}");
        Manifest::parse(&text)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let section = "[section.provider]\nhelp = \"h\"\n[section.provider.config.a]\nKEY\n";
    assert_eq!(with(section), Ok(()));
    assert_eq!(with(&format!("[config.a]\nKEY\n{section}")), Ok(()));
    for (text, problem) in [
        (
            format!("[config.provider]\nKEY\n{section}"),
            "is a key of [config] too",
        ),
        (section.replace("provider", "host"), "the host itself reads"),
        (section.replace("provider", "Provider"), "use a-z"),
        (
            section.replace("config.a", "config.A"),
            "section.provider.config.A",
        ),
        (
            format!("{section}required = true\ndefault = \"\""),
            "`default` has no use",
        ),
    ] {
        let refused = with(&text).unwrap_err();
        assert!(refused.contains(problem), "{refused}");
    }
}

#[test]
fn braces_hold_a_whole_segment() {
    for good in ["GET /a/{id}", "GET /{id}/b", "GET /a/{id}/{*rest}"] {
        assert_eq!(problem(&[good]), None, "{good}");
    }
    for bad in [
        "GET /a/{",
        "GET /a/}",
        "GET /a{id}",
        "GET /{id}.json",
        "GET /{}",
        "GET /{*}",
        "GET /{*rest}/b",
        "GET /{{id}}",
        "GET /{a b}",
    ] {
        let problem = problem(&[bad]).unwrap_or_default();
        assert!(
            problem.contains("brace") || problem.contains("begins with"),
            "{bad}: {problem}"
        );
    }
}

#[test]
fn an_event_has_a_dotted_name() {
    let problem = |name: &str| {
        let text = format!("id = \"x\"\ntitle = \"X\"\n[subscribes_after]\n{name:?} = 1\n");
        Manifest::parse(&text).err().map(|error| error.to_string())
    };
    assert_eq!(problem("org.example.album_emptied"), None);
    for bad in ["emptied", "a..b", ".a", "a.", "A.b", "a b.c"] {
        let problem = problem(bad).unwrap_or_default();
        assert!(problem.contains("a dotted name"), "{bad}: {problem}");
    }
}

#[test]
fn a_route_is_declared_once_whatever_its_parameters_are_called() {
    let twice = problem(&["GET /x/{a}", "GET /x/{b}"]).unwrap_or_default();
    assert!(twice.contains("is declared twice"), "{twice}");
    assert_eq!(problem(&["GET /x/{a}", "HEAD /x/{a}", "GET /x/new"]), None);
}

fn problem_of_commands(groups: &str, commands: &[&str]) -> Option<String> {
    let commands: String = commands
        .iter()
        .map(|command| {
            format!("[[command]]\ncommand = {command:?}\nabout = \"X\"\nexamples = []\n")
        })
        .collect();
    let text = format!("id = \"x\"\ntitle = \"X\"\n[command_groups]\n{groups}\n{commands}");
    Manifest::parse(&text).err().map(|error| error.to_string())
}

#[test]
fn each_group_of_commands_says_what_it_is_for() {
    let commands = ["prune", "client add", "client key add"];
    let all = "client = \"X\"\n\"client key\" = \"X\"";
    assert_eq!(problem_of_commands(all, &commands), None);
    let inner = problem_of_commands("client = \"X\"", &commands).unwrap_or_default();
    assert!(
        inner.contains("client key add") && inner.contains("`client key`"),
        "{inner}"
    );
    let idle = problem_of_commands("token = \"X\"", &["prune"]).unwrap_or_default();
    assert!(idle.contains("command_groups.token"), "{idle}");
    let twice = problem_of_commands("", &["prune", "prune"]).unwrap_or_default();
    assert!(twice.contains("is declared twice"), "{twice}");
}
