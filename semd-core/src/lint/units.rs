//! Units of measurement and their dimensions: data of `schemas/lint`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

static EMBEDDED: LazyLock<Units> = LazyLock::new(|| {
    let units = include_str!("../../../schemas/lint/units.toml");
    let quantities = include_str!("../../../schemas/lint/quantities.toml");
    Units::parse(units, quantities).expect("the embedded files are read by a test")
});

/// Letters of the base dimensions, as `schemas/lint/units.toml` explains them.
const BASES: &str = "LMTHNIA";
/// Longest unit that is looked at, bytes; those of НСИ have 20 at most.
const MAX_UNIT: usize = 64;

/// Exponents of the base dimensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dimension([i8; BASES.len()]);

impl Dimension {
    /// Reads `L-1 M T-2`.
    fn read(text: &str) -> Option<Self> {
        let mut dimension = Self::default();
        for part in text.split_ascii_whitespace() {
            let at = BASES.find(part.chars().next()?)?;
            dimension.0[at] = if part.len() == 1 { 1 } else { part[1..].parse().ok()? };
        }
        Some(dimension)
    }

    /// The product with another one to a power.
    fn times(self, other: Self, power: i8) -> Option<Self> {
        let mut product = self;
        for (exponent, &factor) in product.0.iter_mut().zip(&other.0) {
            *exponent = exponent.checked_add(factor.checked_mul(power)?)?;
        }
        Some(product)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitFile {
    prefixes: Vec<String>,
    metric: HashMap<String, String>,
    plain: HashMap<String, String>,
    printed: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuantityFile {
    quantity: Vec<Quantity>,
}

/// Coded quantities that one unit fits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quantity {
    dictionaries: Vec<String>,
    unit: String,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
}

/// Units, and the quantities they fit.
#[derive(Debug)]
pub(super) struct Units {
    prefixes: Vec<String>,
    metric: HashMap<String, Dimension>,
    plain: HashMap<String, Dimension>,
    printed: HashMap<String, String>,
    quantities: Vec<Quantity>,
}

impl Units {
    /// The data built in.
    pub(super) fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads both files; `None` when a dimension is misspelt or a unit has none.
    fn parse(units: &str, quantities: &str) -> Option<Self> {
        let file: UnitFile = toml::from_str(units).ok()?;
        let quantities: QuantityFile = toml::from_str(quantities).ok()?;
        let dimensions = |table: HashMap<String, String>| {
            table.into_iter().map(|(unit, text)| Some((unit, Dimension::read(&text)?))).collect()
        };
        let metric: Option<HashMap<_, _>> = dimensions(file.metric);
        let plain: Option<HashMap<_, _>> = dimensions(file.plain);
        let units = Self {
            prefixes: file.prefixes,
            metric: metric?,
            plain: plain?,
            printed: file.printed,
            quantities: quantities.quantity,
        };
        let mut used = units.printed.values().chain(units.quantities.iter().map(|one| &one.unit));
        used.all(|unit| units.expression(unit).is_some()).then_some(units)
    }

    /// A unit that fits a quantity, when the quantity is known: by its code, else by words of its name.
    pub(super) fn of_quantity(&self, system: &str, code: &str, name: &str) -> Option<&str> {
        let of_dictionary =
            || self.quantities.iter().filter(|one| one.dictionaries.iter().any(|oid| oid == system));
        let by_code = of_dictionary().find(|one| one.codes.iter().any(|known| known == code));
        let found = by_code.or_else(|| {
            let name = name.to_lowercase();
            of_dictionary().find(|one| one.words.iter().any(|words| name.contains(&**words)))
        });
        found.map(|one| &*one.unit)
    }

    /// What a unit measures, in UCUM or as Russian forms print it; `None` when it is not known.
    pub(super) fn dimension(&self, unit: &str) -> Option<Dimension> {
        if unit.is_empty() || unit.len() > MAX_UNIT {
            return None;
        }
        self.expression(unit).or_else(|| {
            let printed = unit.chars().filter(|c| !c.is_whitespace() && *c != '.');
            let printed: String = printed.flat_map(char::to_lowercase).collect();
            self.expression(self.printed.get(&printed)?)
        })
    }

    /// A product of units (UCUM, §§ 7 to 12), without parentheses.
    fn expression(&self, unit: &str) -> Option<Dimension> {
        let mut dimension = Dimension::default();
        let mut power = 1;
        let mut rest = unit.strip_prefix('/').inspect(|_| power = -1).unwrap_or(unit);
        loop {
            let end = component_end(rest);
            let (one, exponent) = self.component(&rest[..end])?;
            dimension = dimension.times(one, exponent.checked_mul(power)?)?;
            power = match rest.as_bytes().get(end) {
                None => return Some(dimension),
                Some(b'/') => -1,
                Some(_) => 1,
            };
            rest = &rest[end + 1..];
        }
    }

    /// One unit with its exponent. Annotations (`{beat}`) and numbers measure nothing.
    fn component(&self, text: &str) -> Option<(Dimension, i8)> {
        let symbol = text.find('{').map_or(text, |at| &text[..at]);
        if symbol.is_empty() {
            return text.ends_with('}').then_some((Dimension::default(), 1));
        }
        // 10*9 and, as many write it, 10^9.
        if symbol.starts_with(|c: char| c.is_ascii_digit()) {
            let number =
                symbol.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'^' | b'-' | b'+'));
            return number.then_some((Dimension::default(), 1));
        }
        if let Some(dimension) = self.atom(symbol) {
            return Some((dimension, 1));
        }
        let name = symbol.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
        let exponent = symbol[name.len()..].parse().ok()?;
        Some((self.atom(name.strip_suffix('^').unwrap_or(name))?, exponent))
    }

    fn atom(&self, symbol: &str) -> Option<Dimension> {
        let whole = self.plain.get(symbol).or_else(|| self.metric.get(symbol));
        whole.copied().or_else(|| {
            let mut prefixed = self.prefixes.iter().filter_map(|prefix| symbol.strip_prefix(&**prefix));
            prefixed.find_map(|unit| self.metric.get(unit).copied())
        })
    }
}

/// Where a component ends: at `.` or `/` outside brackets.
fn component_end(text: &str) -> usize {
    let mut open = 0_i32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open -= 1,
            b'.' | b'/' if open <= 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_data_is_readable() {
        assert!(Units::embedded().quantities.len() > 10);
    }

    #[test]
    fn units_of_one_dimension_are_equal_however_they_are_written() {
        let dimension = |unit| Units::embedded().dimension(unit);
        for group in [
            &["mm[Hg]", "мм.рт.ст.", "мм рт. ст.", "kPa", "N/m2"][..],
            &["Cel", "гр.Цельсия", "°C", "°С", "[degF]", "K"],
            &["kg", "g", "гр.", "кг", "[lb_av]"],
            &["1/min", "/min", "{beats}/min", "уд/мин", "уд./мин", "Hz", "1/мин"],
            &["cm", "см.", "m", "[in_i]"],
            &["kg/m2", "kg/m^2", "кг/м2", "g.cm-2"],
            &["10*9/l", "10^12/l", "10^9/л", "ml-1", "{cells}/ul"],
            &["%", "1", "{score}", "10*-3"],
            &["mmol/l", "ммоль/л", "umol/dl", "meq/L"],
            &["wk", "d", "h", "нед", "mo"],
        ] {
            let first = dimension(group[0]).unwrap();
            assert!(group.iter().all(|unit| dimension(unit) == Some(first)), "{group:?}");
        }
    }

    #[test]
    fn other_dimensions_and_nonsense_differ() {
        let dimension = |unit| Units::embedded().dimension(unit);
        assert_ne!(dimension("kg"), dimension("cm"));
        assert_ne!(dimension("mmol/l"), dimension("g/l"));
        assert_ne!(dimension("U"), dimension("%"));
        let long = "m.".repeat(MAX_UNIT);
        for nonsense in
            ["", ".", "/", "m/", "стакан", "[", "m999", "xyz", "10*x", "m127.m127", "k", &long, "{", "é"]
        {
            assert_eq!(dimension(nonsense), None, "{nonsense}");
        }
    }
}
