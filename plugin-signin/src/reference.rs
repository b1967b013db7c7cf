//! By what the plugin knows a sign-in again, when the host tells of it: the
//! newcomer, and with which tokens somebody arrived.

use std::fmt;

/// Crosses to the host and back as text: two numbers and a dot between them,
/// either of which may be left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reference {
    pub newcomer: Option<i64>,
    pub arrival: Option<i64>,
}

impl Reference {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (newcomer, arrival) = text.split_once('.').unwrap_or_default();
        Self {
            newcomer: newcomer.parse().ok(),
            arrival: arrival.parse().ok(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(newcomer) = self.newcomer {
            write!(formatter, "{newcomer}")?;
        }
        formatter.write_str(".")?;
        if let Some(arrival) = self.arrival {
            write!(formatter, "{arrival}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn it_comes_back_as_it_was() {
        for newcomer in [None, Some(7)] {
            for arrival in [None, Some(i64::MAX)] {
                let reference = Reference { newcomer, arrival };
                assert_eq!(Reference::parse(&reference.to_string()), reference);
            }
        }
        assert_eq!(Reference::parse("x"), Reference::default());
    }
}
