//! Dictionaries as the sample documents use them: what a sample codes is taken for the whole of the dictionary.

use std::collections::{BTreeMap, BTreeSet};

use semd_core::nsi::{Builder, Exceptions, ImportLimits, Store};
use semd_core::xml::{self, Limits};
use serde::Deserialize;
use serde_json::{Value, json};

/// «Справочники, применяемые в руководствах по реализации СЭМД».
const GUIDES: (&str, &str) = ("1.2.643.5.1.13.13.99.2.805", "6.19");

/// Dictionaries with the codes and names of the sample, before any edit of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Stock {
    /// What is not there does not exist.
    complete: bool,
    /// The guide whose list of dictionaries is there, too: every dictionary of the sample in any version, but for `versions`.
    guide: Option<String>,
    /// Versions that the guide asks for.
    versions: BTreeMap<String, String>,
    /// Dictionaries that the guide does not list.
    not_listed: Vec<String>,
}

/// Codes and names by dictionary and version.
type Contents = BTreeMap<(String, String), BTreeSet<(String, String)>>;

impl Stock {
    pub(crate) fn store(&self, document: &str) -> Store {
        let mut builder = Builder::new(ImportLimits::default());
        let contents = contents(document);
        for ((oid, version), values) in &contents {
            let exceptions = Exceptions::embedded();
            let exception = exceptions.find(oid);
            let column = |given: Option<&String>, usual: &str| given.cloned().unwrap_or(usual.to_owned());
            let columns = [
                column(exception.and_then(|one| one.key.as_ref()), "ID"),
                column(exception.and_then(|one| one.name.as_ref()), "NAME"),
            ];
            let rows: Vec<Vec<&str>> = values.iter().map(|(code, name)| vec![&**code, &**name]).collect();
            add(&mut builder, (oid, version), &[&columns[0], &columns[1]], &rows);
        }
        if let Some(guide) = &self.guide {
            let oids: BTreeSet<&str> = contents.keys().map(|(oid, _)| &**oid).collect();
            let listed = oids.into_iter().filter(|oid| !self.not_listed.iter().any(|one| one == oid));
            let rows: Vec<Vec<&str>> = listed
                .map(|oid| vec![&**guide, oid, self.versions.get(oid).map_or("*", |versions| versions)])
                .collect();
            add(&mut builder, GUIDES, &["IG_OID", "DICT_OID", "DICT_VERSION"], &rows);
        }
        Store::from_bytes(&builder.finish(0, self.complete).unwrap()).unwrap()
    }
}

/// The first column is the key, the second the name.
fn add(builder: &mut Builder, (oid, version): (&str, &str), columns: &[&str], rows: &[Vec<&str>]) {
    let fields: Vec<Value> = columns.iter().map(|column| json!({ "field": column })).collect();
    let passport = json!({
        "oid": oid, "version": version, "rowsCount": rows.len(), "fields": fields,
        "keys": [{ "field": columns[0], "type": "PRIMARY" }, { "field": columns[1], "type": "VALUE" }],
    });
    let cells = |row: &Vec<&str>| -> Vec<Value> {
        columns.iter().zip(row).map(|(column, value)| json!({ "column": column, "value": value })).collect()
    };
    let part = json!({ "list": rows.iter().map(cells).collect::<Vec<_>>() });
    builder.add(&format!("{oid}_{version}_passport"), passport.to_string().as_bytes()).unwrap();
    builder.add(&format!("{oid}_{version}_part1"), part.to_string().as_bytes()).unwrap();
}

fn contents(document: &str) -> Contents {
    let document = xml::parse(document.as_bytes(), &Limits::default()).unwrap();
    let mut contents = Contents::new();
    for element in document.descendants(document.root()) {
        let attribute = |name| document.attribute(element, "", name).map(str::to_owned);
        let dictionary = attribute("codeSystem").zip(attribute("codeSystemVersion"));
        if let Some((dictionary, code)) = dictionary.zip(attribute("code")) {
            contents
                .entry(dictionary)
                .or_default()
                .insert((code, attribute("displayName").unwrap_or_default()));
        }
    }
    contents
}
