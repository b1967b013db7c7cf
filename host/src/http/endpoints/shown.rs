//! Media as pages show them: the strings that views borrow.

use hob_plugin_sdk::db::Timestamp;

use crate::{
    http::{
        App,
        views::{Image, Moment, Owner, Tile},
    },
    media::rows::{FileRow, Medium},
};

/// A medium's strings for a grid or its page.
pub struct ShownMedium {
    pub medium: Medium,
    pub url: String,
    pub owner_url: String,
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
    pub fn tile(app: &App, medium: Medium) -> Self {
        Self::new(app, medium, &["thumbnail", "medium"])
    }

    /// For its own page: large first.
    #[must_use]
    pub fn large(app: &App, medium: Medium) -> Self {
        Self::new(app, medium, &["medium", "thumbnail"])
    }

    fn new(app: &App, medium: Medium, sizes: &[&str]) -> Self {
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
            note: visibility_badge(&self.medium.row.visibility),
        }
    }
}

/// The word for what not everybody sees listed.
#[must_use]
pub fn visibility_badge(visibility: &str) -> Option<&'static str> {
    match visibility {
        "unlisted" => Some("Unlisted"),
        "private" => Some("Private"),
        _ => None,
    }
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
    pub fn new(timestamp: Timestamp) -> Self {
        let text = jiff::Timestamp::try_from(timestamp)
            .map(|time| time.strftime("%-d %B %Y").to_string())
            .unwrap_or_default();
        Self {
            text,
            machine: timestamp.to_string(),
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
pub fn bytes_in_words(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let number = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", number / 1e3),
        _ => format!("{:.1} MB", number / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_worded_by_their_size() {
        assert_eq!(bytes_in_words(999), "999 bytes");
        assert_eq!(bytes_in_words(12_345), "12 kB");
        assert_eq!(bytes_in_words(2_430_000), "2.4 MB");
    }
}
