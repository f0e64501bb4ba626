//! The store of dictionaries: what was imported is what is found, and damaged bytes are refused.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use semd_core::nsi::{Builder, ImportError, ImportLimits, Store, StoreError, Version, import};

const OID: &str = "1.2.643.5.1.13.13.99.2.9901";

fn passport(version: &str, rows: usize) -> String {
    format!(
        r#"{{"oid": "{OID}", "version": "{version}", "rowsCount": {rows}, "fullName": "Учебные цвета", "shortName": null,
        "publishDate": "01.02.2024 10:00",
        "fields": [{{"field": "ID", "alias": "Код", "dataType": "INTEGER"}}, {{"field": "NAME", "alias": "Название"}}],
        "keys": [{{"field": "NAME", "type": "VALUE"}}, {{"field": "ID", "type": "PRIMARY"}}, {{"field": "X", "type": "FOREIGN"}}],
        "codes": [{{"value": "{OID}", "type": "TYPE_PRIMARY"}}, {{"value": "1.2.643.5.1.13.2.1.1.9901", "type": "TYPE_OTHER"}}]}}"#
    )
}

fn part(rows: &[(&str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(code, name)| {
            format!(
                r#"[{{"column": "ID", "value": {code}}}, {{"column": "NAME", "value": "{name}"}}, {{"column": "NOTE", "value": null}}]"#
            )
        })
        .collect();
    format!(r#"{{"result": "OK", "total": 9, "list": [{}]}}"#, rows.join(","))
}

fn builder(files: &[(&str, String)]) -> Result<Builder, ImportError> {
    let mut builder = Builder::new(ImportLimits::default());
    for (name, text) in files {
        builder.add(&format!("{OID}_{name}"), text.as_bytes())?;
    }
    Ok(builder)
}

/// Two versions; the second has its rows in two parts, one without the name.
fn sample() -> Vec<u8> {
    let files = [
        ("1.9_passport", passport("1.9", 1)),
        ("1.9_part1", part(&[("1", "Красный")])),
        ("1.10_part2", part(&[("\"3\"", "Синий"), ("1", "Алый")])),
        ("1.10_part1.json", part(&[("1", "Красный"), ("2", "Зелёный")])),
        ("1.10_passport", passport("1.10", 4)),
    ];
    builder(&files).unwrap().finish(1_700_000_000, false).unwrap()
}

#[test]
fn rows_are_found_by_code_by_column_and_by_version() {
    let store = Store::from_bytes(&sample()).unwrap();
    assert_eq!((store.len(), store.imported(), store.is_complete()), (2, 1_700_000_000, false));
    let latest = store.dictionary(OID, Version::Latest).unwrap();
    assert_eq!(
        (latest.version(), latest.title(), latest.short_title()),
        ("1.10", Some("Учебные цвета"), None)
    );
    assert_eq!((latest.row_count(), latest.is_whole()), (4, true));
    assert_eq!(latest.published(), Some("01.02.2024 10:00"));
    assert_eq!(latest.display_name("2"), Some("Зелёный"));
    assert_eq!(latest.display_name("3"), Some("Синий"), "a number and a text are the same code");
    assert_eq!(latest.row("4").map(|row| row.code()), None);
    let both: Vec<_> = latest.key_column().unwrap().rows_with("1").map(|row| row.name()).collect();
    assert_eq!(both, [Some("Красный"), Some("Алый")], "several rows may have one code");
    let blue: Vec<_> = latest.rows_where("NAME", "Синий").map(|row| row.get("ID")).collect();
    assert_eq!(blue, [Some("3")]);
    assert_eq!(latest.rows_where("NO SUCH COLUMN", "x").count(), 0);
    assert_eq!(latest.row("2").unwrap().get("NOTE"), None);
    assert_eq!(latest.column("ID").unwrap().title(), Some("Код"));
    assert_eq!(latest.column("ID").unwrap().data_type(), Some("INTEGER"));
    let columns: Vec<_> = latest.columns().map(|column| column.name()).collect();
    assert_eq!(columns, ["ID", "NAME"], "a column without a single value is none");

    let old = store.dictionary("1.2.643.5.1.13.2.1.1.9901", Version::Exactly("1.9")).unwrap();
    assert_eq!((old.oid(), old.row_count()), (OID, 1), "found by its other identifier");
    assert!(store.dictionary(OID, Version::Exactly("1.8")).is_none());
    assert!(store.dictionary("1.2.3", Version::Latest).is_none());
    let versions: Vec<_> = store.versions(OID).map(|dictionary| dictionary.version()).collect();
    assert_eq!(versions, ["1.9", "1.10"]);
}

#[test]
fn same_contents_have_the_same_digest_and_a_store_can_be_imported_again() {
    let bytes = sample();
    let store = Store::from_bytes(&bytes).unwrap();
    assert!(store.digest_matches(&bytes));
    let mut again = Builder::new(ImportLimits::default());
    again.add_store(&store).unwrap();
    let again = again.finish(1_800_000_000, true).unwrap();
    let copy = Store::from_bytes(&again).unwrap();
    assert_eq!(copy.digest(), store.digest());
    assert_eq!((copy.imported(), copy.is_complete()), (1_800_000_000, true));

    let mut newer = builder(&[("1.9_passport", passport("1.9", 0))]).unwrap();
    newer.add_store(&store).unwrap();
    let newer = Store::from_bytes(&newer.finish(0, false).unwrap()).unwrap();
    assert_eq!(
        newer.dictionary(OID, Version::Exactly("1.9")).unwrap().row_count(),
        0,
        "what was added first stays"
    );
    assert_eq!(newer.dictionary(OID, Version::Exactly("1.10")).unwrap().row_count(), 4);
}

#[test]
fn export_of_the_portal_is_read_too() {
    let text = r#"{"records": [{"ID": "a", "DICT_VERSION": "*", "COLLECTION": [{"DICT_IDS": "1"}], "EMPTY": null}]}"#;
    let mut builder = Builder::new(ImportLimits::default());
    assert!(builder.add("1.2.643.5.1.13.13.99.2.9902_6.19.json", text.as_bytes()).unwrap());
    let store = Store::from_bytes(&builder.finish(0, false).unwrap()).unwrap();
    let dictionary = store.dictionary("1.2.643.5.1.13.13.99.2.9902", Version::Exactly("6.19")).unwrap();
    let row = dictionary.row("a").unwrap();
    assert_eq!(row.get("DICT_VERSION"), Some("*"));
    assert_eq!(row.get("COLLECTION"), Some(r#"[{"DICT_IDS":"1"}]"#));
    assert_eq!(row.get("EMPTY"), None);
}

#[test]
fn wrong_files_are_named_with_their_reason() {
    let error = |files: &[(&str, String)]| builder(files).unwrap_err().to_string();
    assert!(error(&[("1.9_passport", "{".to_owned())]).contains("1.9_passport: EOF"));
    assert!(error(&[("1.9_passport", passport("2.0", 1))]).contains("version 2.0"));
    let twice = [("1.9_part1", part(&[])), ("1.9_part1.json", part(&[]))];
    assert!(error(&twice).contains("already imported"));
    assert!(
        error(&[("1.9_part1", r#"{"list": [[{"column": "A", "value": [1]}]]}"#.to_owned())])
            .contains("expected a text")
    );
    assert!(!Builder::new(ImportLimits::default()).add("README.md", b"text").unwrap());

    let small = |limits: ImportLimits| {
        let mut builder = Builder::new(limits);
        let added =
            builder.add(&format!("{OID}_1.9_part1"), part(&[("1", "Красный"), ("2", "Синий")]).as_bytes());
        added.and_then(|_| builder.finish(0, false).map(drop)).unwrap_err().to_string()
    };
    let default = ImportLimits::default;
    assert!(small(ImportLimits { max_file_bytes: 10, ..default() }).contains("more than 10 bytes"));
    assert!(small(ImportLimits { max_total_bytes: 10, ..default() }).contains("files together"));
    assert!(small(ImportLimits { max_columns: 1, ..default() }).contains("more than 1 columns"));
    assert!(small(ImportLimits { max_rows: 1, ..default() }).contains("more than 1 rows"));
    assert!(small(ImportLimits { max_cells: 3, ..default() }).contains("more than 3 cells"));
}

#[test]
fn every_cut_and_every_changed_byte_is_noticed() {
    let bytes = sample();
    for length in 0..bytes.len() {
        assert!(Store::from_bytes(&bytes[..length]).is_err(), "cut at {length}");
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        let error = Store::from_bytes(&changed).expect_err("a changed byte");
        assert!(!error.message().ru.is_empty());
    }
    assert_eq!(
        Store::from_bytes(&[&bytes[..], b"x"].concat()).unwrap_err().to_string(),
        "the store is damaged: bytes behind the end"
    );
    assert_eq!(Store::from_bytes(b"PK\x03\x04").unwrap_err(), StoreError::NotAStore);
}

/// Searches everything a store offers.
fn walk(store: &Store) {
    for dictionary in store.dictionaries() {
        for column in dictionary.columns() {
            let _ = (column.name(), column.title(), column.data_type(), column.role());
            for row in dictionary.rows() {
                if let Some(value) = column.value(row) {
                    assert!(column.rows_with(value).count() > 0);
                }
            }
            assert_eq!(column.rows_with("no such value").count(), 0);
        }
        let _ = (dictionary.display_name("1"), dictionary.aliases().count(), dictionary.is_whole());
        assert!(store.dictionary(dictionary.oid(), Version::Exactly(dictionary.version())).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever changes a store and mends its checksum gets an error or a store that can be searched, never a panic.
    #[test]
    fn stores_with_a_mended_checksum_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = sample();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let sum = crc32fast::hash(&bytes[16..]).to_le_bytes();
        bytes[12..16].copy_from_slice(&sum);
        if let Ok(store) = Store::from_bytes(&bytes) {
            walk(&store);
        }
    }
}

/// The folder of outside test data, or `None` after saying that the test skips.
fn shared(test: &str) -> Option<PathBuf> {
    let given = std::env::var_os("SEMD_TEST_DATA").map(PathBuf::from);
    let folder =
        given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared")).join("nsi");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {test}: no folder {} (set SEMD_TEST_DATA)", folder.display());
    None
}

#[test]
fn official_dictionaries_are_imported_without_loss() {
    let Some(folder) = shared("official dictionaries") else { return };
    let mut builder = Builder::new(ImportLimits::default());
    let imported = import(&folder, &mut builder).unwrap();
    let bytes = builder.finish(0, false).unwrap();
    let store = Store::from_bytes(&bytes).unwrap();
    let mut cells = 0;
    let mut source_bytes = 0;
    let mut rows_of = std::collections::BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let Some((key, number)) = name.split_once("_part") else { continue };
        let (oid, version) = key.split_once('_').unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        source_bytes += text.len();
        let json: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).unwrap();
        rows_of.insert((oid.to_owned(), version.to_owned(), number.parse::<u32>().unwrap()), json);
    }
    let mut at = std::collections::BTreeMap::new();
    for ((oid, version, _), json) in &rows_of {
        let dictionary = store.dictionary(oid, Version::Exactly(version)).unwrap();
        let next = at.entry((oid, version)).or_insert(0_usize);
        for row in json["list"].as_array().unwrap() {
            let found = dictionary.rows().nth(*next).unwrap();
            *next += 1;
            for cell in row.as_array().unwrap() {
                assert_eq!(
                    found.get(cell["column"].as_str().unwrap()),
                    cell["value"].as_str(),
                    "{oid} {version}"
                );
                cells += 1;
            }
        }
        assert!(dictionary.key_column().is_some() && dictionary.name_column().is_some(), "{dictionary:?}");
    }
    walk(&store);
    println!(
        "compared: {} files, {} dictionary versions ({} whole), {cells} cells; {source_bytes} bytes of JSON, store {} bytes",
        imported.files,
        store.len(),
        store.dictionaries().filter(|dictionary| dictionary.is_whole()).count(),
        bytes.len()
    );
    assert!(imported.files > 200 && cells > 30_000);
    assert!(bytes.len() * 3 < source_bytes, "the store is compact");
}
