//! Who runs the command line, as the machine calls that user: for what is
//! noted of an operator's acts. It is no proof of anything; whoever may run
//! `hob` on the site's files may do all that it does.

use rustix::process::getuid;

/// The user's name; behind `sudo`, that of whoever called it.
pub fn user() -> String {
    let uid = getuid();
    let behind_sudo = std::env::var("SUDO_USER").ok();
    behind_sudo
        .filter(|user| uid.is_root() && is_name(user))
        .or_else(|| named(&std::fs::read_to_string("/etc/passwd").ok()?, uid.as_raw()))
        .unwrap_or_else(|| format!("user {}", uid.as_raw()))
}

/// The name of this number in a file as `/etc/passwd` is (passwd(5)).
fn named(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| is_name(name))?;
        let number = fields.nth(1)?;
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && !text.contains(|letter: char| letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_name_that_stands_there() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\nbroken\nhob:x:990:990::/var/lib/hob:/bin/false\n";
        assert_eq!(named(passwd, 990).as_deref(), Some("hob"));
        assert_eq!(named(passwd, 0).as_deref(), Some("root"));
        assert_eq!(named(passwd, 99), None);
        assert!(!user().is_empty());
    }
}
