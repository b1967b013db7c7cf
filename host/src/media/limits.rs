//! How large an upload may be, in bytes and in pixels.
//!
//! Both are checked before a decoder allocates anything: the bytes as they
//! arrive, the pixels from the file's header.

use super::error::MediaError;
use super::format::Format;

/// What one picture may cost.
///
/// Peak memory while one picture is worked on is three times its bytes plus at
/// most twelve bytes per pixel (16 bits in four channels are the costliest, a
/// progressive JPEG comes close): some 900 MB at the default limits, some
/// 150 MB for a phone's 12 megapixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The largest picture, width times height.
    pub max_pixels: u64,
}

impl Default for Limits {
    /// 50 MiB and 64 million pixels: what phones and most cameras deliver.
    fn default() -> Self {
        Self {
            max_bytes: 50 * 1024 * 1024,
            max_pixels: 64_000_000,
        }
    }
}

impl Limits {
    /// Refuses a file of more than [`Limits::max_bytes`].
    pub fn check_bytes(&self, bytes: u64) -> Result<(), MediaError> {
        if bytes > self.max_bytes {
            return Err(MediaError::TooManyBytes {
                bytes,
                limit: self.max_bytes,
            });
        }
        Ok(())
    }

    /// Refuses a picture of more than [`Limits::max_pixels`], or of none.
    pub fn check_pixels(&self, format: Format, width: u32, height: u32) -> Result<(), MediaError> {
        if width == 0 || height == 0 {
            return Err(MediaError::damaged(format, "the picture has no pixels"));
        }
        // Two u32 always multiply within u64.
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(MediaError::TooManyPixels {
                width,
                height,
                limit: self.max_pixels,
            });
        }
        Ok(())
    }

    /// What a decoder may allocate: the largest picture at 16 bits and four
    /// channels, or at 8 bits with the decoder's own working copy.
    pub(super) fn decoder(&self) -> image::Limits {
        let mut limits = image::Limits::no_limits();
        limits.max_alloc = Some(self.max_pixels.saturating_mul(8).max(16 * 1024 * 1024));
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_still_accepted() {
        let limits = Limits {
            max_bytes: 10,
            max_pixels: 12,
        };
        assert_eq!(limits.check_bytes(10), Ok(()));
        assert_eq!(
            limits.check_bytes(11),
            Err(MediaError::TooManyBytes {
                bytes: 11,
                limit: 10
            })
        );
        assert_eq!(limits.check_pixels(Format::Png, 4, 3), Ok(()));
        assert!(limits.check_pixels(Format::Png, 13, 1).is_err());
        assert!(limits.check_pixels(Format::Png, 0, 1).is_err());
        assert!(
            limits
                .check_pixels(Format::Png, u32::MAX, u32::MAX)
                .is_err()
        );
    }
}
