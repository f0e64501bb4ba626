//! A new operator's first day: a folder of 200 bundles with 30 planted defects, reports that name them, and only the others sent.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx};
use semd_core::xml::{Limits, parse};
use serde_json::{Value, json};

const BUNDLES: usize = 200;
const OWN: &str = "1.2.643.5.1.13.13.12.2.77.999001";

/// What is done to a bundle.
enum Plant {
    /// Fields of the request file.
    Fields(&'static str),
    /// A text of the document, and what stands in its place before it is signed.
    Edit(&'static str, &'static str),
    /// The file of a role is taken away after signing.
    Unsigned(&'static str),
    /// The doctor's container is no container.
    Garbage,
    /// The doctor's container is that of the next bundle.
    OfAnother,
    /// The document grows by a line end after signing.
    Touched,
    /// The doctor's container stands there twice.
    Twice,
    /// Somebody else signs in the doctor's role, by a name of [`support::authority`] in a folder.
    By(&'static str),
    /// The request has no department.
    NoDepartment,
    /// The document is cut off in the middle.
    Broken,
}
use Plant::{Broken, By, Edit, Fields, Garbage, NoDepartment, OfAnother, Touched, Twice, Unsigned};

/// Plant, the code foreseen, whose turn it is.
const PLANTED: [(Plant, &str, &str); 30] = [
    (Fields(r#"{"localUid": "42"}"#), "VALIDATION_ERROR", "mis"),
    (Fields(r#"{"patient": {"snils": "99900010219"}}"#), "VALIDATION_ERROR", "clinic"),
    (Fields(r#"{"patient": {"surname": ""}}"#), "PATIENT_SURNAME_NOT_FOUND", "clinic"),
    (Fields(r#"{"patient": {"name": ""}}"#), "PATIENT_NAME_NOT_FOUND", "clinic"),
    (Fields(r#"{"creationDateTime": "2099-01-01T00:00:00.000Z"}"#), "WRONG_CREATION_DATE", "mis"),
    (
        Fields(r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "surname": "Тестовая"}}]}"#),
        "VALUE_MISMATCH_METADATA_AND_CERTIFICATE",
        "clinic",
    ),
    (
        Fields(r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "localId": "7"}}]}"#),
        "INVALID_DOCTOR_ID",
        "clinic",
    ),
    (Fields(r#"{"organization": "1.2.643.5.1.13.13.12.2.77.999777"}"#), "ORG_NOT_FOUND_IN_FRMO", "clinic"),
    (Edit(OWN, "1.2.643.5.1.13.13.12.2.50.999009"), "RMIS_REGION_MISMATCH", "integrator"),
    (NoDepartment, "NO_DEPARTMENT", "clinic"),
    (
        Fields(
            r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "department": {"localId": "1.2.643.5.1.13.13.12.2.50.999009.0.7"}}}]}"#,
        ),
        "SIGNER_ORG_MISMATCH",
        "clinic",
    ),
    (
        Fields(r#"{"associations": [{"target": "119.77.25.01.1", "type": "9"}]}"#),
        "CAN_NOT_ASSOCIATE",
        "mixed",
    ),
    (
        Fields(
            r#"{"associations": [{"target": "119.77.25.01.1", "type": "1"}, {"target": "119.77.25.01.1", "type": "1"}]}"#,
        ),
        "NOT_UNIQUE_ASSOCIATION",
        "mixed",
    ),
    (Fields(r#"{"localUid": "00000000-0000-4000-9000-000000000001"}"#), "NOT_UNIQUE_PROVIDED_ID", "mis"),
    (
        Fields(r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "position": "73"}}]}"#),
        "POSITION_TO_ROLE_MISMATCH",
        "clinic",
    ),
    (
        Fields(r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "position": "122"}}]}"#),
        "PERSON_POST_IN_FRMR_MISMATCH",
        "clinic",
    ),
    (
        Fields(r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "birthDate": "1981-01-02"}}]}"#),
        "VALUE_MISMATCH_METADATA_AND_FRMR",
        "clinic",
    ),
    (Fields(r#"{"pluggableAttributes": "<attributes/>"}"#), "PLUGGABLE_ATTRS_OCCURRENCE_MISMATCH", "mis"),
    (Unsigned("doctor"), "NO_SIGNATURE", "clinic"),
    (Unsigned("organization"), "ORG_SIGNATURE_OCCURRENCE_MISMATCH", "clinic"),
    (Garbage, "SIGNATURE_DECODING_ERROR", "mis"),
    (OfAnother, "INCONSISTENT_DIGESTS", "clinic"),
    (Touched, "DIGEST_MISMATCH", "clinic"),
    (Twice, "SIGNATURE_DUPLICATION", "clinic"),
    (By("pki/stranger"), "PERSON_NOT_FOUND", "clinic"),
    (By("foreign/pki/doctor"), "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT", "clinic"),
    (Broken, "INVALID_CONTENT", "mis"),
    (
        Edit(
            "<languageCode code=\"ru-RU\"/>",
            "<languageCode code=\"ru-RU\"/><languageCode code=\"ru-RU\"/>",
        ),
        "VALIDATION_ERROR",
        "mis",
    ),
    (Edit("<realmCode code=\"RU\"/>", "<realmCode code=\"BY\"/>"), "VALIDATION_ERROR", "mis"),
    (Edit("displayName=\"Мужской\"", "displayName=\"М\""), "INVALID_ELEMENT_VALUE_NAME", "clinic"),
];

/// The tables that the operator was given.
const TABLES: [(&str, &str); 8] = [
    (
        "organizations",
        "oid;name;region\n1.2.643.5.1.13.13.12.2.77.999001;Учебная;77\n1.2.643.5.1.13.13.12.2.50.999009;Другая;50\n",
    ),
    (
        "departments",
        "oid;organization;name\n1.2.643.5.1.13.13.12.2.77.999001.0.1;1.2.643.5.1.13.13.12.2.77.999001;Терапевтическое отделение\n\
         1.2.643.5.1.13.13.12.2.77.999001.0.2;1.2.643.5.1.13.13.12.2.77.999001;Кардиологическое отделение\n\
         1.2.643.5.1.13.13.12.2.50.999009.0.7;1.2.643.5.1.13.13.12.2.50.999009;Чужое отделение\n",
    ),
    (
        "staff",
        "snils;surname;name;patronymic;birth_date;organization;post\n\
         99900000115;Тестова;Вера;Андреевна;02.01.1980;1.2.643.5.1.13.13.12.2.77.999001;109\n\
         99900000115;Тестова;Вера;Андреевна;02.01.1980;1.2.643.5.1.13.13.12.2.50.999009;109\n",
    ),
    (
        "kind-rules",
        "kind;patient;org_signature;attributes;department\n119;required;required;forbidden;required\n",
    ),
    ("signing-rules", "kind;role;minimum;maximum;posts;control\n119;DOCTOR;1;1;109 122;strict\n"),
    ("association-types", "code;name\n1;дополнение\n"),
    (
        "history",
        "local_uid;emdr_id;kind;state\n00000000-0000-4000-9000-000000000001;119.77.25.01.000000001;119;registered\n",
    ),
    ("system", "rmis;region\nemdr-rmis-1;77\n"),
];

/// Where a defect stands: the folder is not sorted by it.
fn place(index: usize) -> usize {
    index * 6 + 3
}

fn name(number: usize) -> String {
    format!("{number:03}")
}

/// Signed bundles with the defects; what the folder has beside them.
fn folder(root: &Path) -> PathBuf {
    let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
    fs::create_dir(root.join("foreign")).unwrap();
    support::authority(&root.join("foreign"), &["--from", "2025-01-01", "--days", "3650"]);
    support::succeed(&[
        "pki",
        "issue",
        pki.to_str().unwrap(),
        "--name",
        "stranger",
        "--surname",
        "Незнакомова",
        "--given-name",
        "Мария Ильинична",
        "--snils",
        "99900010320",
        "--from",
        "2025-01-01",
        "--days",
        "3650",
    ]);
    let document = fs::read_to_string(support::fixtures().join("documents/consultation.xml")).unwrap();
    let bundles = root.join("bundles");
    fs::create_dir(&bundles).unwrap();
    let planted: BTreeMap<usize, &Plant> =
        PLANTED.iter().enumerate().map(|(at, (plant, ..))| (place(at), plant)).collect();
    for number in 0..BUNDLES {
        let uid = format!("00000000-0000-4000-8000-{number:012}");
        let mut text = document.replace("7e797142-8b53-5d4d-8613-09983a8a34d1", &uid);
        let department = format!("{OWN}.0.{}", 1 + number % 2);
        let mut fields = json!({ "department": { "localId": department } });
        match planted.get(&number) {
            Some(Edit(from, to)) => {
                assert!(text.contains(from));
                text = text.replace(from, to);
                if from == &OWN {
                    fields = json!({ "department": { "localId": "1.2.643.5.1.13.13.12.2.50.999009.0.7" } });
                }
            }
            Some(Fields(given)) => {
                let Value::Object(given) = serde_json::from_str(given).unwrap() else { panic!("{given}") };
                fields.as_object_mut().unwrap().extend(given);
            }
            Some(NoDepartment) => fields = json!({}),
            Some(Broken) => {
                text.truncate(text.find("<custodian>").unwrap());
                let given = json!({
                    "localUid": uid, "kind": "119", "organization": OWN, "creationDateTime": "2025-02-10T10:30:00.000+03:00",
                    "patient": { "localId": "P", "surname": "Образцов", "name": "Илья" },
                });
                fields.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
            }
            _ => {}
        }
        fs::write(bundles.join(format!("{}.xml", name(number))), text).unwrap();
        fs::write(bundles.join(format!("{}.remd.json", name(number))), fields.to_string()).unwrap();
    }
    support::sign(&bundles, &pki, "doctor", "doctor");
    support::sign(&bundles, &pki, "clinic", "organization");
    for (number, plant) in &planted {
        let file = |suffix: &str| bundles.join(format!("{}.{suffix}", name(*number)));
        match plant {
            Unsigned(role) => fs::remove_file(file(&format!("{role}.p7s"))).unwrap(),
            Garbage => fs::write(file("doctor.p7s"), "no container").unwrap(),
            OfAnother => {
                let other = bundles.join(format!("{}.doctor.p7s", name(number + 1)));
                fs::copy(other, file("doctor.p7s")).map(drop).unwrap();
            }
            Touched => {
                let text = fs::read_to_string(file("xml")).unwrap();
                fs::write(file("xml"), text + "\n").unwrap();
            }
            Twice => fs::copy(file("doctor.p7s"), file("author.p7s")).map(drop).unwrap(),
            By(who) => {
                fs::remove_file(file("doctor.p7s")).unwrap();
                let (folder, name) = who.rsplit_once('/').unwrap();
                support::sign(&file("xml"), &root.join(folder), name, "doctor");
            }
            _ => {}
        }
    }
    let data = root.join("data");
    fs::create_dir(&data).unwrap();
    for (table, text) in TABLES {
        fs::write(data.join(format!("{table}.csv")), text).unwrap();
    }
    bundles
}

/// What each owner is called in the reports.
fn word(owner: &str) -> &'static str {
    match owner {
        "clinic" => "клиника",
        "mis" => "разработчик МИС",
        "integrator" => "интегратор",
        "mixed" => "клиника или разработчик МИС",
        other => panic!("{other}"),
    }
}

/// The workbook names every defect with owner and advice, and nothing is wrong with the other bundles.
fn workbook_names_all(bytes: &[u8]) {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range("Документы").unwrap();
    let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    let column =
        |title: &str| rows[0].iter().position(|known| known == title).unwrap_or_else(|| panic!("{title}"));
    let (file, code, owner) = (column("Файл"), column("Код ошибки"), column("Кто исправляет"));
    let (advice, status, weight) = (column("Что делать"), column("Статус передачи СЭМД"), column("Важность"));
    let (department, employee) = (column("Отделение МО"), column("Сотрудник, сформировавший СЭМД"));
    for (at, (_, wanted, who)) in PLANTED.iter().enumerate() {
        let named = format!("{}.xml", name(place(at)));
        let found = rows
            .iter()
            .find(|row| row[file].ends_with(&named) && row[code] == *wanted && row[owner] == word(who));
        let of_file: Vec<_> = rows.iter().filter(|row| row[file].ends_with(&named)).collect();
        let found = found.unwrap_or_else(|| panic!("{named}: {wanted} of {who}: {of_file:#?}"));
        assert!(!found[advice].is_empty() && found[status] == "РЭМД откажет", "{found:?}");
        assert!(!found[employee].contains("Тестов"), "{found:?}");
    }
    let good = rows.iter().skip(1).filter(|row| row[status] == "Отказ не предвидится");
    assert!(good.clone().all(|row| row[weight] != "ошибка" && row[department].ends_with("отделение")));
    let good: std::collections::BTreeSet<_> = good.map(|row| &row[file]).collect();
    assert_eq!(good.len(), BUNDLES - PLANTED.len());
}

/// The operator's tab names every defect under its owner, with advice; the page is whole.
fn page_names_all(page: &str) {
    let (_, markup) = page.split_once('\n').unwrap();
    parse(markup.as_bytes(), &Limits::default()).unwrap();
    // Mnemonics may be broken into lines after their words.
    let page = page.replace("<wbr/>", "");
    let operator = page.split("<section class=\"panel ").find(|part| part.starts_with("operator")).unwrap();
    for (at, (_, wanted, who)) in PLANTED.iter().enumerate() {
        let (named, heading) =
            (format!("<b>{}.xml</b>", name(place(at))), format!("Исправляет: {} ", word(who)));
        let part = operator.split("<h2>").find(|part| part.starts_with(&heading)).unwrap();
        let row = part
            .split("<tr>")
            .find(|row| row.contains(&named) && row.contains(&format!("<code>{wanted}</code>")));
        let row = row.unwrap_or_else(|| panic!("{named} {wanted} under {heading}"));
        assert!(!row.contains("<td></td>"), "no advice: {row}");
    }
    for secret in ["Тестова", "Вера", "Образцов", "99900000115", "99900010219"] {
        assert!(!page.contains(secret), "{secret}");
    }
}

#[test]
fn thirty_defects_among_two_hundred_bundles_are_named_and_not_sent() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let root = folder_of_test.path();
    let bundles = folder(root);
    let at = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let nsi = support::fixtures().join("nsi");
    let (trust, data, nsi) = (at("pki/root.crt"), at("data"), nsi.to_str().unwrap().to_owned());
    let sources = ["--trust", &trust, "--data", &data, "--nsi", &nsi];
    let report = |format: &str, file: &str| {
        let output = at(file);
        let arguments =
            ["preflight", bundles.to_str().unwrap(), "--lang", "ru", "--format", format, "-o", &output];
        let run = support::run([&arguments, &sources[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
        fs::read(output).unwrap()
    };
    workbook_names_all(&report("xlsx", "report.xlsx"));
    page_names_all(&String::from_utf8(report("html", "report.html")).unwrap());

    // The register has its own copies of the same tables.
    let sandbox = support::Sandbox::start(Path::new(&trust), &["--data", &data, "--nsi", &nsi]);
    let register = |paths: &[&str], journal: &str, flags: &[&str]| {
        let journal = format!("sqlite:{}", at(journal));
        let fixed = ["--register", &sandbox.url, "--journal", &journal, "--wait", "60s"];
        let run = support::run([&["register"], paths, &fixed, &sources[..], flags].concat());
        let list = support::run(["journal", "list", "--journal", &journal, "--format", "jsonl"]).json_lines();
        (run, list)
    };
    let (run, sent) = register(&[bundles.to_str().unwrap()], "journal.db", &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(sent.len(), BUNDLES - PLANTED.len(), "{}", run.stderr);
    assert!(sent.iter().all(|one| one["state"] == "registered"), "{sent:?}");

    // With --force they go, except the one that is no XML; the register says what was foreseen.
    let bad: Vec<String> = (0..PLANTED.len())
        .map(|index| bundles.join(format!("{}.xml", name(place(index)))).to_str().unwrap().to_owned())
        .collect();
    let bad: Vec<&str> = bad.iter().map(String::as_str).collect();
    let (run, forced) = register(&bad, "forced.db", &["--force"]);
    assert_eq!(forced.len(), PLANTED.len() - 1, "{}", run.stderr);
    let mut answered = 0;
    for (index, (_, code, _)) in PLANTED.iter().enumerate() {
        let file = bad[index];
        let Some(record) = forced.iter().find(|record| record["file"] == file) else { continue };
        let codes = record["codes"].as_array().unwrap();
        // A document that is registered already is no failure: its number is taken over.
        let known = *code == "NOT_UNIQUE_PROVIDED_ID" && record["emdr_id"] == "119.77.25.01.000000001";
        assert!(known || codes.iter().any(|known| known == code), "{file}: {code} foreseen, {record}");
        answered += 1;
    }
    println!(
        "{} defects named, {} bundles sent, {answered} forced and refused as foreseen",
        PLANTED.len(),
        sent.len()
    );
}
