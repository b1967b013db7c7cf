//! Layouts as text, for a file that stands beside the code: what crosses is
//! never changed, and such a file shows when it was.
//!
//! Whoever publishes an interface or events of their own keeps one too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    fs, io,
    path::Path,
};

use abi_stable::{
    StableAbi,
    type_layout::{TLData, TLField, TLFields, TypeLayout},
};

use super::Interface;
use crate::EventDescription;

/// Set to anything, it has [`Layouts::assert_file`] add what is new to the file.
pub const WRITE: &str = "HOB_WRITE_LAYOUTS";

/// What crosses, with all the types that it is made of; each once, in the order
/// of their names.
#[derive(Debug, Default)]
pub struct Layouts {
    /// What is asked for by name: the name with its version, and the type.
    named: BTreeMap<String, String>,
    /// By module and type.
    types: BTreeMap<String, String>,
}

impl Layouts {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an interface.
    #[must_use]
    pub fn interface<I: Interface>(self) -> Self {
        self.named(&format!("interface {} {}", I::ID, I::VERSION), I::LAYOUT)
    }

    /// Adds events.
    #[must_use]
    pub fn events(self, events: &[EventDescription]) -> Self {
        events.iter().fold(self, |layouts, event| {
            let refuse = if event.may_refuse { " may refuse" } else { "" };
            let name = format!("event {} {}{refuse}", event.name, event.version);
            layouts.named(&name, event.layout)
        })
    }

    /// Adds a type that crosses without being asked for by name.
    #[must_use]
    pub fn root<T: StableAbi>(self, name: &str) -> Self {
        self.named(&format!("root {name}"), T::LAYOUT)
    }

    fn named(mut self, name: &str, layout: &'static TypeLayout) -> Self {
        self.named.insert(name.to_owned(), name_of(layout));
        self.add(layout);
        self
    }

    fn add(&mut self, layout: &'static TypeLayout) {
        let name = name_of(layout);
        if self.types.contains_key(&name) {
            return;
        }
        // Before what it is made of, which may be made of it in turn.
        self.types.insert(name.clone(), String::new());
        let mut text = String::new();
        let mut inner = Vec::new();
        describe(layout, &mut text, &mut inner).expect("a string takes all");
        self.types.insert(name, text);
        for layout in inner {
            self.add(layout);
        }
    }

    /// Whether an interface of this id and version was added.
    #[must_use]
    pub fn has_interface(&self, id: &str, version: u32) -> bool {
        self.named
            .contains_key(&format!("interface {id} {version}"))
    }

    /// Sees that each line `interface!(…)` of the sources in a folder is among
    /// those that were added, for a test. Answers with how many there are.
    ///
    /// # Panics
    /// One is left out, or the folder can't be read.
    #[must_use]
    pub fn assert_none_left_out(&self, sources: &Path) -> usize {
        let files =
            fs::read_dir(sources).unwrap_or_else(|error| panic!("{}: {error}", sources.display()));
        let mut seen = 0;
        for file in files {
            let path = file.expect("an entry of a folder").path();
            if path.is_dir() {
                seen += self.assert_none_left_out(&path);
                continue;
            }
            let source = fs::read_to_string(&path);
            let source = source.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for line in source.lines() {
                let Some(declared) = line.strip_prefix("interface!(") else {
                    continue;
                };
                let mut parts = declared.trim_end_matches(");").split(", ").skip(1);
                let id = parts.next().expect("an id").trim_matches('"');
                let version = parts.next().and_then(|version| version.parse().ok());
                let version = version.expect("a version");
                assert!(
                    self.has_interface(id, version),
                    "{id} {version} is left out"
                );
                seen += 1;
            }
        }
        seen
    }

    /// Compares with a file, for a test. With [`WRITE`] in the environment what
    /// is new is added to the file first; nothing that stands there is changed
    /// or taken away.
    ///
    /// # Panics
    /// They differ, or the file can't be read; the message names the first line
    /// that differs.
    pub fn assert_file(&self, file: &Path) {
        self.compare(file, std::env::var_os(WRITE).is_some());
    }

    fn compare(&self, file: &Path, may_add: bool) {
        let now = self.to_string();
        let mut kept = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            kept => kept.unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        };
        if may_add && holds(&now, &kept) {
            let written = fs::write(file, &now);
            written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            kept.clone_from(&now);
        }
        let lines = now.lines().map(Some).chain(std::iter::repeat(None));
        let kept_lines = kept.lines().map(Some).chain(std::iter::repeat(None));
        let most = now.lines().count().max(kept.lines().count());
        let differs = lines.zip(kept_lines).take(most).zip(1..);
        for ((now, kept), number) in differs {
            assert!(
                now == kept,
                "what crosses has another layout than {}, line {number}, says.\n\
                 there: {}\n  now: {}\n\
                 A plugin that was built before would be refused. Give what is new a \
                 version or an interface of its own and leave this as it was; {WRITE}=1 adds \
                 what is new to the file.",
                file.display(),
                kept.unwrap_or("(nothing)"),
                now.unwrap_or("(nothing)"),
            );
        }
    }
}

/// Whether all that stands in a file stands here too: each type, and each name.
fn holds(now: &str, kept: &str) -> bool {
    let now: BTreeSet<&str> = pieces_of(now).collect();
    pieces_of(kept).all(|piece| now.contains(piece))
}

/// The lines of the first paragraph, and the other paragraphs.
fn pieces_of(text: &str) -> impl Iterator<Item = &str> {
    let (named, types) = text.split_once("\n\n").unwrap_or((text, ""));
    let types = types.split("\n\n").map(str::trim_end);
    named.lines().chain(types).filter(|piece| !piece.is_empty())
}

impl fmt::Display for Layouts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, layout) in &self.named {
            writeln!(formatter, "{name}: {layout}")?;
        }
        for (name, text) in &self.types {
            write!(formatter, "\n{name}\n{text}")?;
        }
        Ok(())
    }
}

/// A type by its module, which a type of the same name elsewhere does not share,
/// with what it holds: abi_stable leaves out what a vector, an option or a future
/// is of.
fn name_of(layout: &'static TypeLayout) -> String {
    let name = layout.full_type().to_string();
    let name: Vec<_> = name.split_whitespace().collect();
    let name = format!("{}::{}", layout.mod_path(), name.join(" "));
    let held: Vec<String> = held(layout).into_iter().map(spelled).collect();
    match held.as_slice() {
        [] => name,
        held => format!("{name} of ({})", held.join(", ")),
    }
}

/// The same without the modules of what everybody knows.
fn spelled(layout: &'static TypeLayout) -> String {
    let (name, module) = (name_of(layout), layout.mod_path().to_string());
    let is_known = ["<prelude>", "abi_stable::", "async_ffi"];
    if is_known.iter().any(|known| module.starts_with(known)) {
        name[module.len() + 2..].to_owned()
    } else {
        name
    }
}

/// The types of which abi_stable does not say what they hold.
const GENERIC: [&str; 9] = [
    "BorrowingFfiFuture",
    "FfiPoll",
    "LocalBorrowingFfiFuture",
    "RBox",
    "ROption",
    "RResult",
    "RSlice",
    "RSliceMut",
    "RVec",
];

/// What one of these holds.
fn held(layout: &'static TypeLayout) -> Vec<&'static TypeLayout> {
    if !GENERIC.contains(&layout.name()) {
        return Vec::new();
    }
    let fields = layout
        .get_fields()
        .into_iter()
        .flat_map(|fields| fields.iter());
    match layout.data() {
        TLData::Enum(_) => fields.map(|field| field.layout()).collect(),
        _ => fields.flat_map(|field| held_by(&field)).collect(),
    }
}

/// Behind a pointer, or what a future's function gives when it is polled.
fn held_by(field: &TLField) -> Vec<&'static TypeLayout> {
    let layout = field.layout();
    match layout.name() {
        "NonNull" => {
            let pointee = layout.generics().type_params().iter();
            pointee.map(|layout| layout()).collect()
        }
        // A slice of bytes that may change has a detour.
        "MutWorkaround" | "PhantomData" | "PrefixRef" => Vec::new(),
        // The future that may go to another thread wraps one that may not.
        "LocalBorrowingFfiFuture" => held(layout),
        _ => {
            let pointee = layout.phantom_fields().iter().map(|field| field.layout());
            let polled = field
                .function_range()
                .iter()
                .filter_map(|function| function.return_type_layout())
                .map(|layout| layout())
                .flat_map(held);
            pointee
                .filter(|layout| layout.size() > 0)
                .chain(polled)
                .collect()
        }
    }
}

fn describe(
    layout: &'static TypeLayout,
    text: &mut String,
    inner: &mut Vec<&'static TypeLayout>,
) -> fmt::Result {
    let (size, alignment) = (layout.size(), layout.alignment());
    match layout.data() {
        TLData::Primitive(_) => write!(text, "  primitive")?,
        TLData::Opaque => write!(text, "  opaque")?,
        TLData::Struct { .. } => write!(text, "  struct")?,
        TLData::Union { .. } => write!(text, "  union")?,
        TLData::Enum(_) => write!(text, "  enum")?,
        TLData::PrefixType(_) => write!(text, "  prefix")?,
    }
    let repr = layout.repr_attr();
    writeln!(text, ", {repr:?}, {size} bytes, aligned to {alignment}")?;
    match layout.data() {
        TLData::Enum(choices) => {
            writeln!(text, "  tags {:?}", choices.discriminants)?;
            let mut fields = choices.fields.iter();
            let counts = choices.field_count.iter();
            for (variant, count) in choices.variant_names_iter().zip(counts) {
                writeln!(text, "  {variant}")?;
                for field in fields.by_ref().take(usize::from(*count)) {
                    describe_field(&field, "    ", text, inner)?;
                }
            }
        }
        _ => describe_fields(layout.get_fields(), "  ", text, inner)?,
    }
    describe_fields(Some(layout.phantom_fields()), "  about ", text, inner)
}

fn describe_fields(
    fields: Option<TLFields>,
    before: &str,
    text: &mut String,
    inner: &mut Vec<&'static TypeLayout>,
) -> fmt::Result {
    fields
        .into_iter()
        .flat_map(|fields| fields.iter())
        .try_for_each(|field| describe_field(&field, before, text, inner))
}

fn describe_field(
    field: &TLField,
    before: &str,
    text: &mut String,
    inner: &mut Vec<&'static TypeLayout>,
) -> fmt::Result {
    write!(text, "{before}{}: ", field.name())?;
    let functions = field.function_range();
    if functions.is_empty() {
        writeln!(text, "{}", spelled(field.layout()))?;
        inner.push(field.layout());
    }
    for function in functions.iter() {
        let takes: Vec<_> = function
            .param_type_layouts
            .iter()
            .map(|layout| layout())
            .collect();
        let gives = function.return_type_layout().map(|layout| layout());
        let unsafely = match function.fn_qualifs.is_unsafe() {
            true => "unsafe ",
            false => "",
        };
        let parameters: Vec<String> = takes.iter().map(|layout| spelled(layout)).collect();
        write!(text, "{unsafely}fn({})", parameters.join(", "))?;
        match gives {
            Some(gives) => writeln!(text, " -> {}", spelled(gives))?,
            None => writeln!(text)?,
        }
        inner.extend(takes);
        inner.extend(gives);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::abi::{log::LogV1, members::MembersV1};

    use super::*;

    #[test]
    fn what_is_new_is_added_and_what_is_there_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("layouts.txt");
        let first = Layouts::new().interface::<LogV1>();
        let more = Layouts::new().interface::<LogV1>().interface::<MembersV1>();
        let agrees = |layouts: &Layouts, may_add| {
            std::panic::catch_unwind(|| layouts.compare(&file, may_add)).is_ok()
        };
        assert!(!agrees(&first, false), "there is no file");
        assert!(agrees(&first, true) && agrees(&first, false));
        assert!(!agrees(&more, false));
        assert!(agrees(&more, true) && agrees(&more, false));

        // Neither what went nor what changed is written over.
        let kept = fs::read_to_string(&file).expect("it was written");
        assert!(!agrees(&first, true));
        let other = kept.replacen(": u32", ": u64", 1);
        assert_ne!(kept, other);
        fs::write(&file, &other).expect("it can be written");
        assert!(!agrees(&more, true));
        let stays = fs::read_to_string(&file).expect("it is there");
        assert_eq!(stays, other);
    }
}
