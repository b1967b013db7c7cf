//! `hob.words` 1: messages, as plugins and the core's own pages reach them.

use abi_stable::std_types::{ROption, RSlice, RStr, RString};
use hob_plugin_sdk::{
    abi::{
        RawContext,
        words::{RawCatalog, RawWordArgument, WordsV1},
    },
    db::Timestamp,
};
use jiff::tz::TimeZone;

use super::{Catalogs, Language, catalog::Catalog, core};

/// A catalog as it crosses: with the language in which days are written.
pub struct Opened {
    catalog: Catalog,
    language: Language,
}

impl Opened {
    pub fn new(catalog: Catalog, language: &str) -> Self {
        Self {
            catalog,
            language: Language::named(language).unwrap_or(Language::FALLBACK),
        }
    }
}

/// The table of functions over an owner's messages, for the life of the
/// process.
pub fn words_interface(catalogs: Catalogs) -> &'static WordsV1 {
    let catalogs: &'static Catalogs = Box::leak(Box::new(catalogs));
    Box::leak(Box::new(WordsV1 {
        context: std::ptr::from_ref(catalogs).cast(),
        catalog,
        text,
        format,
        day,
    }))
}

extern "C" fn catalog(context: RawContext, language: RStr<'_>) -> RawCatalog {
    // SAFETY: `words_interface` made the context from leaked `Catalogs`.
    let catalogs = unsafe { &*context.cast::<Catalogs>() };
    RawCatalog(std::ptr::from_ref(catalogs.in_language(&language)).cast())
}

fn opened(catalog: RawCatalog) -> &'static Opened {
    // SAFETY: `catalog` made it from a part of leaked `Catalogs`.
    unsafe { &*catalog.0.cast::<Opened>() }
}

extern "C" fn text(catalog: RawCatalog, id: RStr<'_>) -> ROption<RStr<'static>> {
    opened(catalog).catalog.text(&id).map(RStr::from).into()
}

extern "C" fn format<'a>(
    catalog: RawCatalog,
    id: RStr<'a>,
    arguments: RSlice<'a, RawWordArgument<'a>>,
) -> ROption<RString> {
    opened(catalog)
        .catalog
        .format(&id, &arguments)
        .map(RString::from)
        .into()
}

/// By a message of the core, so that days look the same on every page.
extern "C" fn day(catalog: RawCatalog, micros: i64) -> RString {
    let time = Timestamp::from_micros(micros);
    let Ok(day) = jiff::Timestamp::try_from(time) else {
        return time.to_string().into();
    };
    let day = day.to_zoned(TimeZone::UTC);
    core(opened(catalog).language)
        .say("date")
        .with("day", i32::from(day.day()))
        .with("month", i32::from(day.month()))
        .with("year", i32::from(day.year()))
        .to_string()
        .into()
}
