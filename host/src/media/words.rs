//! The words around a medium: parsed once, whoever sends them.

use std::path::Path;

use super::library::PublishError;
use crate::words::Phrase;

/// Who may see a medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Everybody; listed.
    #[default]
    Public,
    /// Whoever has the address; not listed.
    Unlisted,
    /// Its owner.
    Private,
}

impl Visibility {
    /// As it is written in forms, in the API and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }

    /// # Errors
    /// Another word.
    pub fn parse(text: &str) -> Result<Self, PublishError> {
        match text {
            "public" => Ok(Self::Public),
            "unlisted" => Ok(Self::Unlisted),
            "private" => Ok(Self::Private),
            _ => Err(PublishError::invalid(
                "visibility",
                Phrase::new("problem-visibility"),
            )),
        }
    }
}

const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 10_000;
const LONGEST_TAG: usize = 40;
const MOST_TAGS: usize = 20;

/// A title: one line; where none is given, the file's name without its ending.
///
/// # Errors
/// It is too long.
pub fn title(text: &str, file_name: &str) -> Result<String, PublishError> {
    let mut title = one_line(text);
    if title.is_empty() {
        let stem = Path::new(file_name)
            .file_stem()
            .map(|stem| one_line(&stem.to_string_lossy()))
            .unwrap_or_default();
        title = stem.chars().take(LONGEST_TITLE).collect();
    }
    if title.is_empty() {
        title = "Untitled".to_owned();
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(PublishError::invalid(
            "title",
            Phrase::new("problem-title-length").with("most", LONGEST_TITLE),
        ));
    }
    Ok(title)
}

/// A description: lines of text.
///
/// # Errors
/// It is too long.
pub fn description(text: &str) -> Result<String, PublishError> {
    let description = text
        .replace("\r\n", "\n")
        .replace('\0', "")
        .trim()
        .to_owned();
    if description.chars().count() > LONGEST_DESCRIPTION {
        return Err(PublishError::invalid(
            "description",
            Phrase::new("problem-description-length").with("most", LONGEST_DESCRIPTION),
        ));
    }
    Ok(description)
}

/// Tags: lowered, each once, in the order given.
///
/// # Errors
/// Too many, or one too long.
pub fn tags<T: AsRef<str>>(
    given: impl IntoIterator<Item = T>,
) -> Result<Vec<String>, PublishError> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given {
        let tag = one_line(tag.as_ref()).to_lowercase();
        if tag.is_empty() || tags.contains(&tag) {
            continue;
        }
        if tag.chars().count() > LONGEST_TAG {
            return Err(PublishError::invalid(
                "tags",
                Phrase::new("problem-tag-length").with("most", LONGEST_TAG),
            ));
        }
        tags.push(tag);
    }
    if tags.len() > MOST_TAGS {
        return Err(PublishError::invalid(
            "tags",
            Phrase::new("problem-tags-number").with("most", MOST_TAGS),
        ));
    }
    Ok(tags)
}

fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_falls_back_to_the_file_name() {
        assert_eq!(title("  A\nday ", "x.jpg").unwrap(), "A day");
        assert_eq!(title("", "holiday 1.jpeg").unwrap(), "holiday 1");
        assert_eq!(title("", "").unwrap(), "Untitled");
        assert!(title(&"x".repeat(201), "").is_err());
    }

    #[test]
    fn tags_are_lowered_and_kept_once() {
        assert_eq!(
            tags(["Sea", " sea ", "", "two words"]).unwrap(),
            ["sea", "two words"]
        );
        assert!(tags((0..21).map(|number| number.to_string())).is_err());
        assert!(tags(["x".repeat(41)]).is_err());
    }
}
