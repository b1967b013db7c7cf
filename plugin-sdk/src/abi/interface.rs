//! Interfaces: tables of functions, asked for by id and version.
//!
//! The layout travels with the pointer and is compared when the interface is
//! asked for, so a mismatch is an error with a name and never a wild call.

use abi_stable::{
    StableAbi,
    abi_stability::abi_checking::{
        AbiInstability, AbiInstabilityErrors, check_layout_compatibility,
    },
    type_layout::TypeLayout,
};

/// A table of functions that one side offers and the other asks for.
///
/// # Safety
/// An implementor is `#[repr(C)]`, and every function in it may be called from
/// any thread for the rest of the process's life.
pub unsafe trait Interface: StableAbi + Sized + 'static {
    /// The dotted name, e.g. `hob.db`.
    const ID: &'static str;
    /// The version; another layout is another version.
    const VERSION: u32;
}

/// Declares a table of `extern "C"` functions with a context pointer as an
/// interface, by its id and its version. The table is `#[repr(C)]` and derives
/// `StableAbi`; its functions take calls from any thread, and let no panic out.
///
/// ```ignore
/// #[repr(C)]
/// #[derive(StableAbi)]
/// pub struct AlbumsV1 {
///     pub context: RawContext,
///     pub count: extern "C" fn(RawContext, i64) -> FfiFuture<RResult<u64, RawError>>,
/// }
///
/// interface!(AlbumsV1, "org.example.albums", 1);
/// ```
#[macro_export]
macro_rules! interface {
    ($table:ident, $id:literal, $version:literal) => {
        // SAFETY: the table is immutable, and its functions take calls from
        // any thread.
        unsafe impl Send for $table {}
        // SAFETY: as above.
        unsafe impl Sync for $table {}
        // SAFETY: as above, and deriving `StableAbi` demands `#[repr(C)]`.
        unsafe impl $crate::abi::Interface for $table {
            const ID: &'static str = $id;
            const VERSION: u32 = $version;
        }
    };
}
pub(super) use crate::interface;

/// An interface whose type the receiver has yet to check.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawInterface {
    table: *const (),
    layout: &'static TypeLayout,
}

// SAFETY: the table is immutable, lives for ever, and `Interface` promises
// that its functions may be called from any thread.
unsafe impl Send for RawInterface {}
// SAFETY: as above.
unsafe impl Sync for RawInterface {}

/// Why an interface can't be used.
#[derive(Debug, thiserror::Error)]
pub enum InterfaceError {
    /// The other side does not offer it.
    #[error("interface {id} v{version} is not offered")]
    NotOffered { id: String, version: u32 },
    /// It is offered under this name, but its layout is another.
    #[error("interface {id} v{version} has another layout here than there: {difference}")]
    LayoutDiffers {
        id: String,
        version: u32,
        difference: String,
    },
}

impl RawInterface {
    /// Wraps a table. Tables live as long as the process: plugins are never
    /// unloaded.
    pub fn new<I: Interface>(table: &'static I) -> Self {
        Self {
            table: std::ptr::from_ref(table).cast(),
            layout: <I as StableAbi>::LAYOUT,
        }
    }

    /// The table, once its layout has been found to be the expected one.
    ///
    /// # Errors
    /// [`InterfaceError::LayoutDiffers`] with abi_stable's own description.
    pub fn checked<I: Interface>(self) -> Result<&'static I, InterfaceError> {
        check_layouts(<I as StableAbi>::LAYOUT, self.layout).map_err(|difference| {
            InterfaceError::LayoutDiffers {
                id: I::ID.to_owned(),
                version: I::VERSION,
                difference: gist(&difference),
            }
        })?;
        // SAFETY: the layouts agree, and `new` took a `&'static` table.
        Ok(unsafe { &*self.table.cast::<I>() })
    }

    /// The layout that the other side compiled.
    #[must_use]
    pub fn layout(&self) -> &'static TypeLayout {
        self.layout
    }
}

/// Compares two layouts, in both directions.
///
/// abi_stable alone would accept some supersets; nothing that crosses is ever
/// extended, so equality is what is asked for. And it would refuse the same
/// layout from a crate whose version is not compatible by Semantic Versioning:
/// that speaks of what authors write, and not of what crosses.
///
/// # Errors
/// abi_stable's description of the first differences.
pub fn check_layouts(
    expected: &'static TypeLayout,
    offered: &'static TypeLayout,
) -> Result<(), String> {
    if std::ptr::eq(expected, offered) {
        return Ok(());
    }
    let check = |one, other| {
        check_layout_compatibility(one, other)
            .or_else(but_for_versions)
            .map_err(|error| error.to_string())
    };
    check(expected, offered)?;
    check(offered, expected)
}

/// abi_stable goes on behind another version, so any other difference is told
/// too.
fn but_for_versions(found: AbiInstabilityErrors) -> Result<(), AbiInstabilityErrors> {
    let mut all = found.errors.iter().flat_map(|error| &error.errs);
    match all.all(|error| matches!(error, AbiInstability::PackageVersion(_))) {
        true => Ok(()),
        false => Err(found),
    }
}

/// The gist of abi_stable's report, which shows both layouts in full: the
/// first "Error:…, Expected:…, Found:…".
#[must_use]
pub fn gist(report: &str) -> String {
    let all = report
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut lines = all.clone();
    let Some(error) = lines.find_map(|line| line.strip_prefix("Error:")) else {
        return all.collect::<Vec<_>>().join("; ");
    };
    let mut after = |label: &str| {
        lines.find(|line| *line == label)?;
        lines.next()
    };
    match (after("Expected:"), after("Found:")) {
        (Some(expected), Some(found)) => format!("{error}: expected {expected}, found {found}"),
        _ => error.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_layout_is_told_in_a_line() {
        #[repr(C)]
        #[derive(StableAbi)]
        struct Small {
            first: u32,
        }
        #[repr(C)]
        #[derive(StableAbi)]
        struct Large {
            first: u32,
            second: u64,
        }
        let difference =
            check_layouts(<Small as StableAbi>::LAYOUT, <Large as StableAbi>::LAYOUT).unwrap_err();
        let told = gist(&difference);
        assert!(!told.contains('\n') && told.len() < 200, "{told}");
        assert!(
            told.contains("expected") && told.contains("found"),
            "{told}"
        );
        assert_eq!(gist("one\n\n two"), "one; two");
    }
}
