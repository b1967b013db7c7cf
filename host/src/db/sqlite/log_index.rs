//! The index of the write-ahead log, which all processes that have the
//! database open share in memory.
//!
//! Its header is another after each commit, in whichever process, before the
//! commit returns. So a look at it tells, without a system call, whether a
//! snapshot that was taken earlier is still the newest
//! (<https://sqlite.org/walformat.html#the_wal_index_file_format>, section
//! 2.2). This knows nothing of transactions.

use std::{
    ptr,
    sync::atomic::{AtomicU32, Ordering, fence},
};

use rusqlite::ffi;

/// The header's words: its first copy, which a commit writes last.
const WORDS: usize = 12;
/// The word that counts commits.
const COMMITS: usize = 2;
/// The word that counts the log's frames.
const FRAMES: usize = 4;
/// The size of one mapped part of the index, as SQLite itself asks for it.
const PART: i32 = 32_768;

/// What the header holds at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark([u32; WORDS]);

impl Mark {
    /// One that tells of so many commits, and of nothing else.
    #[cfg(test)]
    pub(super) fn of_commits(commits: u32) -> Self {
        let mut words = [0; WORDS];
        words[COMMITS] = commits;
        Self(words)
    }

    /// The pages that the log holds.
    pub(super) fn pages(&self) -> u32 {
        self.0[FRAMES]
    }

    /// Whether from the other to this one a single transaction was committed,
    /// by whichever process.
    pub(super) fn is_one_commit_after(&self, other: &Self) -> bool {
        self.0[COMMITS] == other.0[COMMITS].wrapping_add(1)
    }
}

/// The shared header, as one connection has it mapped.
pub(super) struct LogIndex {
    header: *const [AtomicU32; WORDS],
}

// SAFETY: the memory is shared between processes and only read, atomically.
unsafe impl Send for LogIndex {}

impl LogIndex {
    /// The header that `connection` has mapped. None where SQLite gives none.
    ///
    /// # Safety
    /// The connection has read a database with a write-ahead log, and stays
    /// open for as long as this is used.
    pub(super) unsafe fn of(connection: &rusqlite::Connection) -> Option<Self> {
        let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
        let mut header = ptr::null_mut();
        // SAFETY: the connection is open; SQLite answers with the file of its
        // main database, whose methods are those of its file system. The part
        // is mapped already, so this changes nothing.
        unsafe {
            let found = ffi::sqlite3_file_control(
                connection.handle(),
                c"main".as_ptr(),
                ffi::SQLITE_FCNTL_FILE_POINTER,
                (&raw mut file).cast(),
            );
            if found != ffi::SQLITE_OK || file.is_null() || (*file).pMethods.is_null() {
                return None;
            }
            let methods = &*(*file).pMethods;
            if methods.iVersion < 2 {
                return None;
            }
            let map = methods.xShmMap?;
            if map(file, 0, PART, 0, &raw mut header) != ffi::SQLITE_OK || header.is_null() {
                return None;
            }
        }
        Some(Self {
            header: header.cast_const().cast(),
        })
    }

    /// What the header holds now.
    pub(super) fn mark(&self) -> Mark {
        // SAFETY: mapped for as long as the connection is open, which `of`
        // asks for, and page-aligned.
        let header = unsafe { &*self.header };
        let mark = Mark(std::array::from_fn(|at| header[at].load(Ordering::Relaxed)));
        // What is read after this is at least as new.
        fence(Ordering::Acquire);
        mark
    }
}
