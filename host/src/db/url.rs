//! `database.url`: which database, and where.

use std::{fmt, path::PathBuf, str::FromStr};

use postgres::config::SslMode;

use super::DatabaseError;

/// A parsed `database.url`. Shown without its password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// `sqlite:path/to/file.db`
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`
    Postgres(Box<postgres::Config>),
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseError;

    fn from_str(url: &str) -> Result<Self, DatabaseError> {
        let refused = |problem: String, fix: &'static str| DatabaseError::Url { problem, fix };
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = match path.strip_prefix("//") {
                Some(absolute) if absolute.starts_with('/') => absolute,
                Some(_) => {
                    return Err(refused(
                        "after `sqlite://` a host is expected, and SQLite has none".to_owned(),
                        "write `sqlite:data/hob.db` for a path relative to the working folder, \
                         or `sqlite:/srv/hob/hob.db` for an absolute one",
                    ));
                }
                None => path,
            };
            if path.is_empty() {
                return Err(refused(
                    "names no file".to_owned(),
                    "write `sqlite:data/hob.db`",
                ));
            }
            if path.starts_with(':') {
                return Err(refused(
                    format!("`{path}` is no file, and what is kept in memory is lost at the end"),
                    "write `sqlite:data/hob.db`",
                ));
            }
            if path.contains('?') {
                return Err(refused(
                    "takes no options after `?`".to_owned(),
                    "write the path alone; the settings are fixed",
                ));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let config = postgres::Config::from_str(url).map_err(|error| {
                refused(
                    format!("is no PostgreSQL address: {}", chain(&error)),
                    "write `postgres://user:password@host:5432/database`",
                )
            })?;
            if config.get_ssl_mode() == SslMode::Require {
                return Err(refused(
                    "asks for TLS (sslmode=require), which this build cannot speak to PostgreSQL"
                        .to_owned(),
                    "reach the server over a Unix socket, a private network or a tunnel, and \
                     leave sslmode out",
                ));
            }
            return Ok(Self::Postgres(Box::new(config)));
        }
        let scheme = url.split(':').next().unwrap_or_default();
        Err(refused(
            if url.contains(':') {
                format!("`{scheme}:` is no database that Hob knows")
            } else {
                "has no scheme".to_owned()
            },
            "write `sqlite:data/hob.db` or `postgres://user:password@host/database`",
        ))
    }
}

/// An error with its causes in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(config) => {
                write!(formatter, "postgres://")?;
                if let Some(user) = config.get_user() {
                    write!(formatter, "{user}@")?;
                }
                match config.get_hosts().first() {
                    Some(postgres::config::Host::Tcp(host)) => write!(formatter, "{host}")?,
                    Some(postgres::config::Host::Unix(path)) => {
                        write!(formatter, "{}", path.display())?;
                    }
                    None => {}
                }
                if let Some(port) = config.get_ports().first() {
                    write!(formatter, ":{port}")?;
                }
                write!(formatter, "/{}", config.get_dbname().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (url, expected) in [
            ("sqlite:data/hob.db", "data/hob.db"),
            ("sqlite:/srv/hob.db", "/srv/hob.db"),
            ("sqlite:///srv/hob.db", "/srv/hob.db"),
        ] {
            match url.parse() {
                Ok(DatabaseUrl::Sqlite(path)) => assert_eq!(path, PathBuf::from(expected)),
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn each_refusal_names_the_fix() {
        for url in [
            "",
            "data/hob.db",
            "mysql://a/b",
            "sqlite:",
            "sqlite://data/hob.db",
            "sqlite::memory:",
            "sqlite:a.db?mode=ro",
            "postgres://host:notaport/db",
            "postgres://host/db?sslmode=require",
        ] {
            let error = url.parse::<DatabaseUrl>().expect_err(url).to_string();
            assert!(error.contains("database.url"), "{url}: {error}");
            assert!(
                error.contains("write") || error.contains("reach"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let url: DatabaseUrl = "postgres://hob:sesame@db.example:5433/hob".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://hob@db.example:5433/hob");
        assert!(!format!("{url:?}").contains("sesame"));
    }
}
