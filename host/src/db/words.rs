//! Which statements a job may not run: those that would end or change the
//! transaction that the driver owns, or the connection itself.
//!
//! This reads only the first word of each statement. It is the one guard on
//! PostgreSQL; on SQLite the authorizer stands behind it.

use hob_plugin_sdk::abi::db::RawDbError;

use super::error::refused;

/// Statements about transactions: the host opens and ends them.
const TRANSACTION_WORDS: &[&str] = &[
    "ABORT",
    "BEGIN",
    "COMMIT",
    "END",
    "PREPARE",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "START",
];

/// Statements about the connection or the server, which others share.
const CONNECTION_WORDS: &[&str] = &[
    "ATTACH",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DETACH",
    "DISCARD",
    "EXECUTE",
    "FETCH",
    "LISTEN",
    "LOAD",
    "MOVE",
    "PRAGMA",
    "RESET",
    "SET",
    "UNLISTEN",
    "VACUUM",
];

/// Refuses a text if any of its statements begins with a forbidden word.
pub(crate) fn check_all(sql: &str) -> Result<(), RawDbError> {
    let mut rest = Scanner::new(sql);
    while let Some(word) = rest.head_word() {
        check_word(word)?;
        if !rest.skip_statement() {
            break;
        }
    }
    Ok(())
}

/// Refuses a text that begins with a forbidden word. For a driver that runs
/// one statement of a text at a time.
pub(crate) fn check_head(sql: &str) -> Result<(), RawDbError> {
    Scanner::new(sql).head_word().map_or(Ok(()), check_word)
}

/// Whether the statement inserts, changes or deletes rows, so that the number
/// of rows it touched means something.
pub(crate) fn touches_rows(sql: &str) -> bool {
    Scanner::new(sql).head_word().is_some_and(|word| {
        ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}

fn check_word(word: &str) -> Result<(), RawDbError> {
    let is = |known: &&str| word.eq_ignore_ascii_case(known);
    if let Some(known) = TRANSACTION_WORDS.iter().find(|known| is(known)) {
        return Err(refused(format!(
            "{known} is refused: the host opens and ends the transaction of a job; \
             use the connection's transaction() for a part that may fail"
        )));
    }
    if let Some(known) = CONNECTION_WORDS.iter().find(|known| is(known)) {
        return Err(refused(format!(
            "{known} is refused: it changes a connection that others share"
        )));
    }
    Ok(())
}

/// Walks over SQL as PostgreSQL's lexer does, as far as is needed to find
/// where a statement ends.
struct Scanner<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(sql: &'a str) -> Self {
        Self { sql, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        &self.sql.as_bytes()[self.at..]
    }

    /// The first word from here, past blanks, comments, semicolons and opening
    /// parentheses. `None` where nothing, or no word, follows.
    fn head_word(&mut self) -> Option<&'a str> {
        loop {
            match self.rest() {
                [] => return None,
                [b'-', b'-', ..] | [b'/', b'*', ..] => self.skip_token(),
                [byte, ..] if byte.is_ascii_whitespace() || b";(\x0b".contains(byte) => {
                    self.at += 1;
                }
                // A byte order mark, which SQLite takes for a blank.
                [0xef, 0xbb, 0xbf, ..] => self.at += 3,
                rest => {
                    let length = rest
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                        .count();
                    return self.sql.get(self.at..self.at + length);
                }
            }
        }
    }

    /// Goes past the next semicolon that ends a statement. False at the end.
    fn skip_statement(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            match self.rest().first() {
                None => return false,
                Some(b';') if depth == 0 => {
                    self.at += 1;
                    return true;
                }
                Some(b'(') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b')') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(_) => self.skip_token(),
            }
        }
    }

    /// Goes past one comment, string, quoted name, word or other byte.
    fn skip_token(&mut self) {
        match self.rest() {
            [b'-', b'-', ..] => {
                let line = self
                    .rest()
                    .iter()
                    .take_while(|byte| **byte != b'\n')
                    .count();
                self.at += line;
            }
            [b'/', b'*', ..] => self.skip_comment(),
            [b'\'', ..] => self.skip_quoted(b'\'', false),
            [b'"', ..] => self.skip_quoted(b'"', false),
            [b'e' | b'E', b'\'', ..] => {
                self.at += 1;
                self.skip_quoted(b'\'', true);
            }
            [b'$', ..] => self.skip_dollar_quoted(),
            [byte, ..] if is_word(*byte) => {
                // `$` may stand inside a name, where it opens no quote.
                let length = self
                    .rest()
                    .iter()
                    .take_while(|byte| is_word(**byte) || **byte == b'$')
                    .count();
                self.at += length;
            }
            [] => {}
            _ => self.at += 1,
        }
    }

    fn skip_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.rest() {
                [] => return,
                [b'/', b'*', ..] => {
                    depth += 1;
                    self.at += 2;
                }
                [b'*', b'/', ..] => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_quoted(&mut self, quote: u8, backslash_escapes: bool) {
        self.at += 1;
        loop {
            match self.rest() {
                [] => return,
                [b'\\', _, ..] if backslash_escapes => self.at += 2,
                [first, second, ..] if *first == quote && *second == quote => self.at += 2,
                [first, ..] if *first == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_dollar_quoted(&mut self) {
        let rest = self.rest();
        let tag = rest[1..].iter().take_while(|byte| is_word(**byte)).count();
        let opened =
            rest.get(tag + 1) == Some(&b'$') && !rest.get(1).is_some_and(u8::is_ascii_digit);
        if !opened {
            self.at += 1;
            return;
        }
        let delimiter = &rest[..tag + 2];
        self.at += delimiter.len();
        let body = self.rest();
        self.at += body
            .windows(delimiter.len())
            .position(|window| window == delimiter)
            .map_or(body.len(), |found| found + delimiter.len());
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forbidden_word_is_found_wherever_it_heads_a_statement() {
        for word in TRANSACTION_WORDS.iter().chain(CONNECTION_WORDS) {
            for sql in [
                (*word).to_owned(),
                format!("  \n{} x", word.to_lowercase()),
                format!("-- note; here\n/* and /* nested */ ; */ {word}"),
                format!("SELECT 1; {word} x"),
                format!("SELECT ';' , \";\" ; {word} x"),
                format!("SELECT 'it''s;' ;{word}"),
                format!("SELECT E'it\\'s;' ;{word}"),
                format!("SELECT $$;$$, $a$ ; $$ $a$; {word}"),
                format!("SELECT $1; {word}"),
                format!("SELECT a$b; {word}; SELECT $b$"),
                format!("SELECT (1); ; ;{word}"),
                format!("SELECT '\\'; {word} --'"),
            ] {
                let error = check_all(&sql).expect_err(&sql);
                assert!(error.message.contains(*word), "{sql}: {}", error.message);
            }
        }
    }

    #[test]
    fn what_only_mentions_them_passes() {
        for sql in [
            "",
            " -- BEGIN\n",
            "SELECT 'a; COMMIT'",
            "SELECT \"a; COMMIT\" FROM \"begin\"",
            "UPDATE a SET b = 1",
            "SELECT $$; COMMIT;$$; SELECT 1",
            "SELECT E'\\'; COMMIT'",
            "/* ; COMMIT */ SELECT 1 -- ; COMMIT",
            "CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; SELECT 1)",
            "INSERT INTO starts VALUES (1); DELETE FROM ends;",
            "SELECT settings FROM begins",
        ] {
            check_all(sql).unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        }
    }
}
