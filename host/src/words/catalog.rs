//! One owner's messages in one language.

use std::collections::HashMap;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast::{Expression, InlineExpression, PatternElement};
use hob_plugin_manifest::Locale;
use hob_plugin_sdk::abi::words::{RawWordArgument, RawWordValue};

/// The messages, understood and ready.
pub struct Catalog {
    owner: String,
    language: String,
    bundle: FluentBundle<FluentResource>,
    /// The messages without variables, in full: most of what a page says.
    texts: HashMap<String, &'static str>,
}

impl Catalog {
    /// # Errors
    /// The text is no Fluent, or the language's name is none.
    pub fn new(owner: &str, locale: &Locale) -> Result<Self, String> {
        let language = &locale.language;
        let failed = |problem: String| format!("the words of {owner} in {language:?}: {problem}");
        let name = language
            .parse()
            .map_err(|_| failed("this is no language (RFC 5646)".to_owned()))?;
        let ids = locale.message_ids().map_err(|error| error.to_string())?;
        let resource = FluentResource::try_new(locale.source.clone())
            .map_err(|(_, errors)| failed(format!("{:?}", errors.first())))?;
        let mut bundle = FluentBundle::new_concurrent(vec![name]);
        // Marks of direction around each variable would stand in what people
        // copy, and be lost in an attribute; a page has elements for it.
        bundle.set_use_isolating(false);
        bundle
            .add_resource(resource)
            .map_err(|errors| failed(format!("{:?}", errors.first())))?;
        let mut catalog = Self {
            owner: owner.to_owned(),
            language: language.clone(),
            bundle,
            texts: HashMap::new(),
        };
        for id in ids {
            let mut errors = Vec::new();
            let text = catalog.formatted(&id, None, &mut errors);
            if let Some(text) = text.filter(|_| errors.is_empty()) {
                // As long-lived as the plugin, which is never unloaded.
                catalog.texts.insert(id, String::leak(text));
            }
        }
        Ok(catalog)
    }

    /// A message that takes no variables.
    pub fn text(&self, id: &str) -> Option<&'static str> {
        self.texts.get(id).copied()
    }

    /// A message with its variables.
    pub fn format(&self, id: &str, arguments: &[RawWordArgument<'_>]) -> Option<String> {
        self.joined(id, arguments)
            .or_else(|| self.chosen(id, arguments))
    }

    /// A message that has only texts for variables and chooses nothing by them:
    /// most that have any. None for any other.
    fn joined(&self, id: &str, arguments: &[RawWordArgument<'_>]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut said = String::with_capacity(256);
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => said.push_str(value),
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => match arguments.iter().find(|own| own.name == id.name)?.value {
                    RawWordValue::Text(text) => said.push_str(&text),
                    RawWordValue::Number(_) => return None,
                },
                PatternElement::Placeable { .. } => return None,
            }
        }
        Some(said)
    }

    /// Any message; all that Fluent has.
    fn chosen(&self, id: &str, arguments: &[RawWordArgument<'_>]) -> Option<String> {
        let mut values = FluentArgs::with_capacity(arguments.len());
        for argument in arguments {
            let value = match argument.value {
                RawWordValue::Text(text) => FluentValue::from(text.as_str().to_owned()),
                RawWordValue::Number(number) => FluentValue::from(number),
            };
            values.set(argument.name.as_str(), value);
        }
        let mut errors = Vec::new();
        let said = self.formatted(id, Some(&values), &mut errors);
        if said.is_none() || !errors.is_empty() {
            let problem = errors
                .first()
                .map_or("there is no such message".to_owned(), |error| {
                    error.to_string()
                });
            tracing::error!(
                owner = self.owner,
                language = self.language,
                message = id,
                problem,
                "a page lacks words"
            );
        }
        said
    }

    fn formatted(
        &self,
        id: &str,
        values: Option<&FluentArgs<'_>>,
        errors: &mut Vec<fluent_bundle::FluentError>,
    ) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let said = self.bundle.format_pattern(pattern, values, errors);
        Some(said.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_what_fluent_says() {
        let source = r#"
plain = { $name } asks for { $what }.
again = { $name } and { $name }
lines =
    Dear { $name },

      you have { $what }.
mark = { "{" }{ $name }{ "}" }
referring = { plain } Now.
-site = Hob
term = { -site } has { $name }
choosing = { $what ->
    [one] one
   *[other] { $name }
 }
attributed = { $name }
    .title = { $what }
"#;
        let locale = Locale {
            language: "en".to_owned(),
            source: source.to_owned(),
        };
        let catalog = Catalog::new("desk", &locale).expect("it is sound");
        let argument = |name: &'static str, value| RawWordArgument {
            name: name.into(),
            value,
        };
        let text = |text: &'static str| RawWordValue::Text(text.into());
        let texts = [
            argument("what", text("<more> { $name }")),
            argument("name", text("Zoë")),
        ];
        let number = [
            argument("name", text("Zoë")),
            argument("what", RawWordValue::Number(12)),
        ];
        for (id, joins) in [
            ("plain", true),
            ("again", true),
            ("lines", true),
            ("attributed", true),
            ("mark", false),
            ("referring", false),
            ("term", false),
            ("choosing", false),
        ] {
            for arguments in [&texts, &number] {
                let said = catalog.chosen(id, arguments);
                assert!(said.is_some(), "{id}");
                assert_eq!(catalog.format(id, arguments), said, "{id}");
            }
            assert_eq!(catalog.joined(id, &texts).is_some(), joins, "{id}");
        }
        assert_eq!(
            catalog.format("plain", &texts).as_deref(),
            Some("Zoë asks for <more> { $name }.")
        );
        // What is missing shows as Fluent shows it, and is logged.
        assert_eq!(catalog.joined("plain", &texts[1..]), None);
        assert_eq!(
            catalog.format("plain", &texts[1..]).as_deref(),
            Some("Zoë asks for {$what}.")
        );
        assert_eq!(catalog.format("nothing", &texts), None);
    }
}
