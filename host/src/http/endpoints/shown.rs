//! Media as pages show them: the strings that views borrow.

use hob_plugin_sdk::{Words, db::Timestamp};

use crate::{
    http::{
        App,
        views::{Image, Moment, Owner, Tile},
    },
    media::rows::{FileRow, Medium},
    words::{self, Language},
};

/// A medium's strings for a grid or its page.
pub struct ShownMedium {
    pub medium: Medium,
    pub url: String,
    pub owner_url: String,
    /// Absent on what is public.
    pub visibility_badge: Option<String>,
    image: Option<ShownImage>,
}

struct ShownImage {
    src: String,
    srcset: String,
    width: u32,
    height: u32,
}

impl ShownMedium {
    /// For a grid: small first.
    #[must_use]
    pub fn tile(app: &App, language: Language, medium: Medium) -> Self {
        Self::new(app, language, medium, &["thumbnail", "medium"])
    }

    /// For its own page: large first.
    #[must_use]
    pub fn large(app: &App, language: Language, medium: Medium) -> Self {
        Self::new(app, language, medium, &["medium", "thumbnail"])
    }

    fn new(app: &App, language: Language, medium: Medium, sizes: &[&str]) -> Self {
        let address = &app.site().address;
        let id = medium.row.id;
        let files: Vec<&FileRow> = sizes.iter().filter_map(|size| medium.file(size)).collect();
        let path = |file: &FileRow| address.path(&format!("/media/{id}/{}", file.size));
        let image = files.first().map(|first| ShownImage {
            src: path(first),
            srcset: files
                .iter()
                .map(|file| format!("{} {}w", path(file), file.width))
                .collect::<Vec<_>>()
                .join(", "),
            width: unsigned(first.width),
            height: unsigned(first.height),
        });
        Self {
            url: address.path(&format!("/m/{id}")),
            owner_url: address.path(&format!("/u/{}", medium.owner_username)),
            visibility_badge: visibility_badge(words::core(language), &medium.row.visibility),
            image,
            medium,
        }
    }

    /// The picture in its sizes, once they are made.
    #[must_use]
    pub fn image(&self) -> Option<Image<'_>> {
        self.image.as_ref().map(|image| Image {
            src: &image.src,
            srcset: &image.srcset,
            width: image.width,
            height: image.height,
        })
    }

    #[must_use]
    pub fn owner(&self) -> Owner<'_> {
        Owner {
            display_name: &self.medium.owner_display_name,
            url: &self.owner_url,
        }
    }

    /// A place in a grid; `with_owner` where several members' media mix.
    #[must_use]
    pub fn as_tile(&self, with_owner: bool) -> Tile<'_> {
        Tile {
            url: &self.url,
            title: &self.medium.row.title,
            image: self.image(),
            failed: self.medium.row.state == "failed",
            owner: with_owner.then(|| self.owner()),
            note: self.visibility_badge.as_deref(),
        }
    }
}

/// The word for what not everybody sees listed.
fn visibility_badge(words: Words, visibility: &str) -> Option<String> {
    let message = match visibility {
        "unlisted" => "visibility-unlisted",
        "private" => "visibility-private",
        _ => return None,
    };
    Some(words.say(message).to_string())
}

#[must_use]
pub fn unsigned(length: i32) -> u32 {
    u32::try_from(length).unwrap_or(0)
}

/// A time in words and for programs.
pub struct ShownMoment {
    text: String,
    machine: String,
}

impl ShownMoment {
    #[must_use]
    pub fn new(words: Words, timestamp: Timestamp) -> Self {
        Self {
            text: words.day(timestamp),
            machine: timestamp.to_string(),
        }
    }

    /// The last day on which something works that ends at this time.
    #[must_use]
    pub fn of_end(words: Words, end: Timestamp) -> Self {
        Self {
            text: words.last_day(end),
            machine: end.to_string(),
        }
    }

    /// To the second, in UTC.
    #[must_use]
    pub fn to_the_second(words: Words, timestamp: Timestamp) -> Self {
        let machine = timestamp.to_string();
        // Of RFC 3339: the eight signs after the day and its `T`.
        let time = machine.get(11..19).unwrap_or_default().to_owned();
        let said = words.say("moment").with("day", words.day(timestamp));
        Self {
            text: said.with("time", time).to_string(),
            machine,
        }
    }

    #[must_use]
    pub fn moment(&self) -> Moment<'_> {
        Moment {
            text: &self.text,
            machine: &self.machine,
        }
    }
}

/// A number of bytes in words.
#[must_use]
pub fn bytes_in_words(words: Words, bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let number = bytes as f64;
    let (message, number) = match bytes {
        0..1_000 => ("bytes", bytes.to_string()),
        1_000..1_000_000 => ("kilobytes", format!("{:.0}", number / 1e3)),
        _ => ("megabytes", format!("{:.1}", number / 1e6)),
    };
    let mark = words.say("decimal-mark").to_string();
    let number = number.replace('.', &mark);
    words.say(message).with("number", number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_worded_by_their_size() {
        let in_english = |bytes| bytes_in_words(words::core(Language::FALLBACK), bytes);
        assert_eq!(in_english(999), "999 bytes");
        assert_eq!(in_english(12_345), "12 kB");
        assert_eq!(in_english(2_430_000), "2.4 MB");
        let german = Language::named("de").expect("the site has German words");
        assert_eq!(bytes_in_words(words::core(german), 2_430_000), "2,4 MB");
    }
}
