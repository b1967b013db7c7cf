//! Memory that starting needed, given back to the system.
//!
//! Each plugin's file is read whole and measured, manifests and words are
//! parsed, the database is looked through: megabytes that stay with the
//! allocator, which can't know that nothing of that size comes again.

/// Gives back all that nobody holds. For once, when a site has started.
#[cfg(target_env = "gnu")]
pub fn give_back() {
    // SAFETY: it takes no pointer, may run beside whatever other threads
    // allocate, and touches only memory that nobody holds.
    unsafe { libc::malloc_trim(0) };
}

/// Other allocators give back by themselves.
#[cfg(not(target_env = "gnu"))]
pub fn give_back() {}
