//! `hob.words` 1: what pages say, in the visitor's language. The host formats
//! for all plugins, out of what each has packed.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RSlice, RStr, RString},
};

use super::{RawContext, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct WordsV1 {
    /// Whose words they are: the plugin's.
    pub context: RawContext,
    /// The words in a language, by its name, for the functions below. In a
    /// language that the plugin does not have they are its English ones.
    pub catalog: extern "C" fn(RawContext, RStr<'_>) -> RawCatalog,
    /// A message that takes no variables, made ready at the start. None where
    /// there is no such message.
    pub text: extern "C" fn(RawCatalog, RStr<'_>) -> ROption<RStr<'static>>,
    /// A message with its variables. None where there is no such message.
    pub format: for<'a> extern "C" fn(
        RawCatalog,
        RStr<'a>,
        RSlice<'a, RawWordArgument<'a>>,
    ) -> ROption<RString>,
    /// A day for people: microseconds since the Unix epoch, UTC.
    pub day: extern "C" fn(RawCatalog, i64) -> RString,
}

interface!(WordsV1, "hob.words", 1);

/// One plugin's words in one language. It lives as long as the process.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawCatalog(pub RawContext);

// SAFETY: the catalog belongs to the host, whose functions take it from any
// thread.
unsafe impl Send for RawCatalog {}
// SAFETY: as above.
unsafe impl Sync for RawCatalog {}

/// What a variable of a message stands for.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawWordArgument<'a> {
    pub name: RStr<'a>,
    pub value: RawWordValue<'a>,
}

#[repr(C, u8)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub enum RawWordValue<'a> {
    Text(RStr<'a>),
    /// By which a message may choose between singular and plural.
    Number(i64),
}
