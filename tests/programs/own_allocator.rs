//! Hob with an allocator of its own, which ends the process where memory comes
//! back that it has not handed out: plugins allocate with the system's.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    process::{self, ExitCode},
};

/// Puts a mark before each piece of memory.
struct Marked;

const MARK: u64 = 0x686f_6220_6d61_726b;

#[global_allocator]
static ALLOCATOR: Marked = Marked;

/// The layout with room for the mark in front, and how much room that is.
fn with_mark(layout: Layout) -> Option<(Layout, usize)> {
    let room = layout.align().max(16);
    let size = layout.size().checked_add(room)?;
    Some((Layout::from_size_align(size, room).ok()?, room))
}

// SAFETY: memory comes from the system's allocator, aligned as asked for, and
// goes back there with the layout that it came with.
unsafe impl GlobalAlloc for Marked {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((whole, room)) = with_mark(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the layout is not empty.
        let base = unsafe { System.alloc(whole) };
        if base.is_null() {
            return base;
        }
        // SAFETY: there are `room` bytes before it, at least 16 and aligned.
        unsafe {
            let memory = base.add(room);
            memory.cast::<u64>().sub(1).write(MARK);
            memory
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        let (Some((whole, room)), false) = (with_mark(layout), memory.is_null()) else {
            return;
        };
        // SAFETY: before it stands the mark, or what another allocator keeps
        // there; either can be read.
        let mark = unsafe { memory.cast::<u64>().sub(1) };
        // SAFETY: as above; it is written to only if it is the mark.
        unsafe {
            if mark.read() != MARK {
                eprintln!("memory came back that this allocator has not handed out");
                process::abort();
            }
            mark.write(0);
            System.dealloc(memory.sub(room), whole);
        }
    }
}

fn main() -> ExitCode {
    hob::cli::run(std::env::args_os())
}
