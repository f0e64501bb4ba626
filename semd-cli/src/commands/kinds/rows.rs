//! Rows of reference data about a kind: for people with the words of the table's own description, for programs as they are.

use semd_core::report::Lang;
use semd_exchange::reference::{ColumnSpec, ReferenceData, Row, TableSpec};
use serde_json::{Map, Value};

/// Column of the table of signing rules whose codes the table `roles` names.
const ROLE: &str = "role";

/// What the table `name` says about a kind, or that it was not given and how to give it.
pub(super) fn text(data: &ReferenceData, name: &str, kind: &str, lang: Lang) -> String {
    let Some(spec) = TableSpec::find(name) else { return String::new() };
    let title = lead(match lang {
        Lang::Ru => &spec.title_ru,
        Lang::En => &spec.title_en,
    });
    let Some(table) = data.table(name) else {
        let source = &spec.source;
        return match lang {
            Lang::Ru => format!(
                "  {title}: не даны\n    источник: {source}; дайте таблицу {name}: --data ПАПКА, см. docs/reference-data.md\n"
            ),
            Lang::En => format!(
                "  {title}: not given\n    they come from {source}; give table {name}: --data DIR, see docs/reference-data.md\n"
            ),
        };
    };
    let mut rows = table.find(kind).peekable();
    if rows.peek().is_none() {
        return match lang {
            Lang::Ru => format!("  {title}: в таблице {name} нет строк этого вида\n"),
            Lang::En => format!("  {title}: table {name} has no row of this kind\n"),
        };
    }
    let mut out = format!("  {title}:\n");
    for row in rows {
        // The role is what a row of signing rules is about; the first column is the kind itself.
        let role = row.get(ROLE);
        let indent = if role.is_empty() { "    " } else { "      " };
        if let Some(role_name) = role_name(data, row) {
            out.push_str(&format!("    {role_name} ({role})\n"));
        } else if !role.is_empty() {
            out.push_str(&format!("    {role}\n"));
        }
        for column in spec.columns.iter().skip(1).filter(|column| column.name != ROLE) {
            let value = row.get(&column.name);
            if !value.is_empty() {
                out.push_str(&format!("{indent}{}: {value}\n", words(column, lang)));
            }
        }
    }
    out
}

/// The rows of the table `name` about a kind; null when the table was not given.
pub(super) fn json(data: &ReferenceData, name: &str, kind: &str) -> Value {
    let Some(table) = data.table(name) else { return Value::Null };
    let object = |row: Row<'_>| {
        let cells = table.spec().columns.iter().skip(1);
        let mut object: Map<String, Value> =
            cells.map(|column| (column.name.clone(), row.get(&column.name).into())).collect();
        if let Some(role_name) = role_name(data, row) {
            object.insert("role_name".to_owned(), role_name.into());
        }
        Value::Object(object)
    };
    table.find(kind).map(object).collect()
}

/// The name of the role of a row, where there is a table of roles.
fn role_name<'d>(data: &'d ReferenceData, row: Row<'_>) -> Option<&'d str> {
    let role = data.table("roles")?.find(row.get(ROLE)).next()?;
    Some(role.get("name")).filter(|name| !name.is_empty())
}

fn words(column: &ColumnSpec, lang: Lang) -> &str {
    lead(match lang {
        Lang::Ru => &column.ru,
        Lang::En => &column.en,
    })
}

/// What stands before the values that a description lists.
fn lead(description: &str) -> &str {
    description.split([':', ',']).next().unwrap_or(description)
}
