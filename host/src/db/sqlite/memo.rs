//! Answers of a reader's snapshot, kept for as long as it is the newest.
//!
//! Busy routes ask the same again and again: whose token this is, who that
//! member is. The same statement with the same parameters on the same snapshot
//! has the same answer, so that it is given again without asking SQLite. No
//! commit is ever missed: its session empties this with each new snapshot, and
//! takes a new one after each commit, whoever made it.

use std::{
    hash::{BuildHasher, RandomState},
    slice,
};

use hob_plugin_sdk::abi::db::Cell;

use crate::db::rows::RowBuffer;

/// Answers that are kept, each in the place that its question's hash gives it,
/// and the bytes of the largest. Each thread that reads has its own.
const PLACES: usize = 8192;
const LARGEST_ANSWER: usize = 1024;

/// Functions of SQLite whose result depends on their arguments alone. A
/// statement with any other is asked each time.
const PURE: [&str; 21] = [
    "abs", "avg", "coalesce", "count", "glob", "hex", "ifnull", "instr", "json", "length", "like",
    "lower", "max", "min", "nullif", "replace", "round", "substr", "sum", "trim", "upper",
];

/// Whether a function gives the same result for the same arguments.
pub(super) fn is_pure(function: &str) -> bool {
    PURE.iter().any(|name| function.eq_ignore_ascii_case(name))
}

pub(super) struct Memo {
    /// Empty until the first answer is to be kept.
    places: Vec<Place>,
    hasher: RandomState,
    /// Which answers count: those of this number.
    snapshot: u64,
    /// The question that was asked last, and its hash.
    question: Vec<u8>,
    hash: u64,
}

#[derive(Default)]
struct Place {
    /// Of the question that came here last. What is asked once is not kept:
    /// most such questions never come again.
    hash: u64,
    snapshot: u64,
    /// Its memory is used anew.
    answer: Option<Box<Answer>>,
}

#[derive(Default)]
pub(super) struct Answer {
    question: Vec<u8>,
    pub(super) rows: u64,
    pub(super) buffer: RowBuffer,
}

impl Default for Memo {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            hasher: RandomState::new(),
            // No place has it yet.
            snapshot: 1,
            question: Vec::new(),
            hash: 0,
        }
    }
}

impl Memo {
    /// From now on none of the answers counts.
    pub(super) fn clear(&mut self) {
        self.snapshot += 1;
    }

    /// What was answered to this question, which is remembered for
    /// [`Self::keep`].
    ///
    /// # Safety
    /// The parameters' addresses are valid, as for a query.
    pub(super) unsafe fn find(&mut self, statement: u32, parameters: &[Cell]) -> Option<&Answer> {
        self.question.clear();
        self.question.extend_from_slice(&statement.to_ne_bytes());
        for cell in parameters {
            self.question.extend_from_slice(&cell.kind.to_ne_bytes());
            if matches!(cell.kind, Cell::TEXT | Cell::BINARY) {
                self.question.extend_from_slice(&cell.len.to_ne_bytes());
                if cell.len > 0 {
                    let address = std::ptr::with_exposed_provenance::<u8>(cell.data as usize);
                    // SAFETY: the caller's promise.
                    let bytes = unsafe { slice::from_raw_parts(address, cell.len as usize) };
                    self.question.extend_from_slice(bytes);
                }
            } else {
                self.question.extend_from_slice(&cell.data.to_ne_bytes());
            }
        }
        self.hash = self.hasher.hash_one(self.question.as_slice());
        let place = self.places.get(self.place())?;
        if place.snapshot != self.snapshot || place.hash != self.hash {
            return None;
        }
        let answer = place.answer.as_deref()?;
        (answer.question == self.question).then_some(answer)
    }

    /// Keeps the answer to the question that was asked last, if it was asked
    /// before and the answer is not large.
    pub(super) fn keep(&mut self, rows: u64, buffer: &RowBuffer) {
        if self.question.len() + buffer.size() > LARGEST_ANSWER {
            return;
        }
        if self.places.is_empty() {
            self.places.resize_with(PLACES, Place::default);
        }
        let at = self.place();
        let place = &mut self.places[at];
        if place.hash != self.hash {
            place.hash = self.hash;
            place.snapshot = 0;
            return;
        }
        let answer = place.answer.get_or_insert_default();
        answer.question.clone_from(&self.question);
        answer.rows = rows;
        answer.buffer.copy(buffer);
        place.snapshot = self.snapshot;
    }

    fn place(&self) -> usize {
        // Of as many bits as there are places.
        self.hash as usize % PLACES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(value: i64) -> Cell {
        Cell {
            kind: Cell::BIG_INT,
            len: 0,
            data: value.cast_unsigned(),
        }
    }

    fn text(value: &str) -> Cell {
        Cell {
            kind: Cell::TEXT,
            len: u32::try_from(value.len()).unwrap(),
            data: value.as_ptr().expose_provenance() as u64,
        }
    }

    fn find(memo: &mut Memo, statement: u32, parameters: &[Cell]) -> Option<u64> {
        // SAFETY: the tests' texts are static.
        unsafe { memo.find(statement, parameters) }.map(|answer| answer.rows)
    }

    #[test]
    fn an_answer_is_for_its_own_question_alone() {
        let mut memo = Memo::default();
        let asked = [text("ab"), integer(1)];
        for _ in 0..2 {
            assert_eq!(find(&mut memo, 7, &asked), None);
            memo.keep(3, &RowBuffer::default());
        }
        assert_eq!(find(&mut memo, 7, &asked), Some(3));
        for (statement, other) in [
            (8, asked.to_vec()),
            (7, vec![text("ab"), integer(2)]),
            (7, vec![text("ac"), integer(1)]),
            (7, vec![text("ab")]),
            (7, vec![text("a"), text("b"), integer(1)]),
            (
                7,
                vec![
                    Cell {
                        kind: Cell::BINARY,
                        ..text("ab")
                    },
                    integer(1),
                ],
            ),
        ] {
            assert_eq!(find(&mut memo, statement, &other), None);
        }
        memo.clear();
        assert_eq!(find(&mut memo, 7, &asked), None);
    }

    #[test]
    fn what_was_kept_before_is_kept_again_at_once() {
        let mut memo = Memo::default();
        for rows in 1..10 {
            find(&mut memo, 7, &[integer(1)]);
            memo.keep(rows, &RowBuffer::default());
            assert_eq!(find(&mut memo, 7, &[integer(1)]).is_some(), rows > 1);
            memo.clear();
        }
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let mut memo = Memo::default();
        for number in 0..2 * PLACES as i64 {
            for _ in 0..2 {
                find(&mut memo, 1, &[integer(number)]);
                memo.keep(0, &RowBuffer::default());
            }
        }
        assert_eq!(memo.places.len(), PLACES);
        let mut large = RowBuffer::default();
        assert!(large.push_bytes(Cell::TEXT, &[b'x'; LARGEST_ANSWER]));
        for _ in 0..3 {
            assert_eq!(find(&mut memo, 2, &[]), None);
            memo.keep(1, &large);
        }
    }
}
