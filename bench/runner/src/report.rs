//! The table, and whether it holds.

use std::fmt;

/// What a figure has to be.
#[derive(Clone, Copy)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// Only told.
    None,
}

/// All that was measured.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    detail: String,
    figure: f64,
    unit: &'static str,
    bound: Bound,
}

impl Line {
    fn is_missed(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.figure < least,
            Bound::AtMost(most) => self.figure > most,
            Bound::None => false,
        }
    }
}

impl Report {
    /// One line of the table. `detail` says what the figure was made of.
    pub fn add(
        &mut self,
        name: &'static str,
        detail: impl Into<String>,
        figure: f64,
        unit: &'static str,
        bound: Bound,
    ) {
        self.lines.push(Line {
            name,
            detail: detail.into(),
            figure,
            unit,
            bound,
        });
    }

    /// Whether some figure is not what it has to be.
    pub fn is_missed(&self) -> bool {
        self.lines.iter().any(Line::is_missed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| what | measured | figure | has to be | |")?;
        writeln!(formatter, "|---|---|---|---|---|")?;
        for line in &self.lines {
            let digits = if line.figure < 10.0 { 3 } else { 0 };
            let bound = match line.bound {
                Bound::AtLeast(least) => format!("≥ {least:.2}"),
                Bound::AtMost(most) if most < 10.0 => format!("≤ {most:.2}"),
                Bound::AtMost(most) => format!("≤ {most}"),
                Bound::None => String::new(),
            };
            let verdict = match (line.is_missed(), line.bound) {
                (_, Bound::None) => "",
                (true, _) => "**missed**",
                (false, _) => "held",
            };
            writeln!(
                formatter,
                "| {} | {} | {:.digits$}{} | {bound} | {verdict} |",
                line.name, line.detail, line.figure, line.unit
            )?;
        }
        Ok(())
    }
}

/// The middle one, or the mean of the two in the middle.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() % 2 {
        1 => figures[middle],
        _ => f64::midpoint(figures[middle - 1], figures[middle]),
    }
}
