//! Packages that come out of the cache.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use semd_core::package::{Package, PackageCache, PackageStore};
use semd_core::xml::{self, Limits};

/// A package of one rule and a schema of one element, which holds at most so many characters.
fn write(folder: &Path, kind: &str, length: u32) {
    let package = folder.join(kind);
    fs::create_dir_all(package.join("xsd")).unwrap();
    let rules = format!(
        "<schema xmlns='http://purl.oclc.org/dsdl/schematron'><pattern><rule context='a'><assert test='. != \"{kind}\"'>{kind}</assert>\
         </rule></pattern></schema>"
    );
    fs::write(package.join("schematron.sch"), rules).unwrap();
    let schema = format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='a'><xs:simpleType><xs:restriction base='xs:string'>\
         <xs:maxLength value='{length}'/></xs:restriction></xs:simpleType></xs:element></xs:schema>"
    );
    fs::write(package.join("xsd/CDA.xsd"), schema).unwrap();
}

/// How many faults the schema and the rules of a package find in `<a>TEXT</a>`.
fn faults(package: &Package, text: &str) -> (usize, usize) {
    let text = format!("<a>{text}</a>");
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let mut violations = Vec::new();
    package.schema.as_ref().unwrap().validate(&document, &mut violations);
    (violations.len(), package.plans[0].evaluate(&document).failed.len())
}

#[test]
fn packages_share_an_equal_schema_and_keep_their_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (packages, cache) = (folder.path().join("packages"), folder.path().join("cache"));
    for (kind, length) in [("901", 3), ("902", 3), ("903", 2)] {
        write(&packages, kind, length);
    }
    let open =
        || PackageStore::open_with(std::slice::from_ref(&packages), Some(PackageCache::new(&cache))).unwrap();
    let get = |store: &PackageStore| ["901", "902", "903"].map(|kind| store.package(kind).unwrap().unwrap());
    let checked = |packages: &[Arc<Package>; 3]| {
        let texts = ["901", "902", "1234", "12"];
        packages.each_ref().map(|package| texts.map(|text| faults(package, text)))
    };
    let compiled = get(&open());
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 3);
    let read = get(&open());
    assert_eq!(
        checked(&compiled),
        [
            [(0, 1), (0, 0), (1, 0), (0, 0)],
            [(0, 0), (0, 1), (1, 0), (0, 0)],
            [(1, 0), (1, 0), (1, 0), (0, 0)]
        ]
    );
    assert_eq!(checked(&read), checked(&compiled));
    let [one, same, other] = read.each_ref().map(|package| package.schema.as_ref().unwrap());
    assert!(Arc::ptr_eq(one, same));
    assert!(!Arc::ptr_eq(one, other));
    // A schema that has changed is not taken for the one in the cache, nor for that of another package.
    write(&packages, "902", 4);
    let changed = get(&open());
    assert_eq!(checked(&changed)[1], [(0, 0), (0, 1), (0, 0), (0, 0)]);
    assert_eq!(checked(&changed)[0], checked(&compiled)[0]);
}
