//! Whatever is put into the model comes back from the written document.

#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use proptest::prelude::*;
use semd_core::model::{self, *};
use semd_core::xml::{self, Limits};

/// Text that is hard to write: markup, quotes, white space that attributes would lose, letters beyond the first plane. It
/// begins and ends with a letter, because blank text is layout.
fn text() -> impl Strategy<Value = String> {
    "[а-яЁa-z][а-я <>&'\"\t\n\r\u{85}\u{a0}\u{2028}\u{1F489}\\]0-9]{0,12}[а-яz]"
}

/// An attribute keeps every character, outer spaces too.
fn value() -> impl Strategy<Value = String> {
    "[ а-я<>&'\"\t\n\r\u{1F489}0-9]{0,8}"
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<Box<T>>> {
    proptest::option::of(strategy.prop_map(Box::new))
}

fn some<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(strategy, 0..3)
}

fn null_flavor() -> impl Strategy<Value = Option<NullFlavor>> {
    proptest::option::weighted(0.2, proptest::sample::select(NullFlavor::ALL))
}

fn ii() -> impl Strategy<Value = Ii> {
    (null_flavor(), proptest::option::of(value()), proptest::option::of(value()))
        .prop_map(|(null_flavor, root, extension)| Ii { null_flavor, root, extension, ..Ii::default() })
}

fn cd() -> impl Strategy<Value = Cd> {
    let leaf = (null_flavor(), proptest::option::of(value()), proptest::option::of(value())).prop_map(
        |(null_flavor, code, display_name)| Cd { null_flavor, code, display_name, ..Cd::default() },
    );
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), maybe(text().prop_map(Ed::from)), some(inner))
            .prop_map(|(cd, original_text, translation)| Cd { original_text, translation, ..cd })
    })
}

/// A day, a minute or a second, with a zone or without; spelled as it is written.
fn time() -> impl Strategy<Value = Ts> {
    "20[0-2][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9])((0[0-9]|1[0-9])[0-5][0-9]([0-5][0-9])?)?([+-]0[0-9]00)?"
        .prop_map(Ts::from)
}

fn interval() -> impl Strategy<Value = IvlTs> {
    (maybe(time()), maybe(time())).prop_map(|(low, high)| IvlTs { low, high, ..IvlTs::default() })
}

fn quantity() -> impl Strategy<Value = Pq> {
    ("-?[0-9]{1,6}(\\.[0-9]{1,4}0?)?", value()).prop_map(|(number, unit)| Pq::new(number, unit))
}

/// The data type decides which class is read; `xsi:type` is written for it.
fn any() -> impl Strategy<Value = Any> {
    prop_oneof![
        cd().prop_map(|value| Any::Cd(value.into())),
        cd().prop_map(|value| Any::Co(value.into())),
        ii().prop_map(|value| Any::Ii(value.into())),
        text().prop_map(|value| Any::St(Box::new(value.into()))),
        text().prop_map(|value| Any::Ed(Box::new(value.into()))),
        proptest::bool::ANY
            .prop_map(|value| Any::Bl(Box::new(Bl { value: Some(value.into()), ..Bl::default() }))),
        time().prop_map(|value| Any::Ts(value.into())),
        interval().prop_map(|value| Any::IvlTs(value.into())),
        quantity().prop_map(|value| Any::Pq(value.into())),
        (maybe(quantity()), maybe(quantity())).prop_map(|(low, high)| Any::IvlPq(Box::new(IvlPq {
            low,
            high,
            ..IvlPq::default()
        }))),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let leaf = (some(ii()), maybe(cd()), maybe(interval()), some(any()), some(cd())).prop_map(
        |(id, code, effective_time, value, interpretation_code)| Observation {
            class_code: Some("OBS".into()),
            mood_code: Some("EVN".into()),
            id,
            code,
            effective_time,
            value,
            interpretation_code,
            ..Observation::default()
        },
    );
    leaf.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), some(inner)).prop_map(|(observation, inner)| Observation {
            entry_relationship: inner
                .into_iter()
                .map(|one| EntryRelationship {
                    type_code: Some("COMP".into()),
                    observation: Some(one.into()),
                    ..EntryRelationship::default()
                })
                .collect(),
            ..observation
        })
    })
}

/// Mixed content; two texts never stand side by side, because a document cannot tell them apart.
fn narrative() -> impl Strategy<Value = Narrative> {
    let paragraph = (text(), text(), value()).prop_map(|(a, b, style)| {
        paragraph([Node::from(a), Element::new("content", [b]).with("styleCode", style).into()])
    });
    let table = (some(text()), some(some(text()))).prop_map(|(head, rows)| table(head, rows));
    some(prop_oneof![paragraph, table]).prop_map(Narrative::new)
}

fn section() -> impl Strategy<Value = Section> {
    let leaf = (maybe(cd()), maybe(text().prop_map(St::from)), maybe(narrative()), some(observation()))
        .prop_map(|(code, title, text, observations)| Section {
            code,
            title,
            text,
            entry: observations
                .into_iter()
                .map(|one| Entry { observation: Some(one.into()), ..Entry::default() })
                .collect(),
            ..Section::default()
        });
    leaf.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), some(inner))
            .prop_map(|(section, inner)| Section { component: components(inner), ..section })
    })
}

fn components(sections: Vec<Section>) -> Vec<SectionComponent> {
    let component =
        |section: Section| SectionComponent { section: Some(section.into()), ..Default::default() };
    sections.into_iter().map(component).collect()
}

fn person() -> impl Strategy<Value = Pn> {
    (text(), text(), proptest::option::of(text()))
        .prop_map(|(family, given, patronymic)| Pn::new(&family, &given, patronymic.as_deref()))
}

fn patient() -> impl Strategy<Value = RecordTarget> {
    (some(ii()), person(), maybe(cd()), maybe(time()), some(value().prop_map(Tel::new))).prop_map(
        |(id, name, administrative_gender_code, birth_time, telecom)| RecordTarget {
            patient_role: Some(Box::new(PatientRole {
                id,
                telecom,
                patient: Some(Box::new(Patient {
                    name: vec![name],
                    administrative_gender_code,
                    birth_time,
                    ..Patient::default()
                })),
                ..PatientRole::default()
            })),
            ..RecordTarget::default()
        },
    )
}

fn document() -> impl Strategy<Value = ClinicalDocument> {
    let header = (maybe(ii()), maybe(cd()), maybe(text().prop_map(St::from)), maybe(time()), some(patient()));
    (header, proptest::collection::vec(section(), 1..3)).prop_map(
        |((id, code, title, effective_time, record_target), sections)| ClinicalDocument {
            id,
            code,
            title,
            effective_time,
            record_target,
            component: Some(Box::new(Body {
                structured_body: Some(Box::new(StructuredBody {
                    component: components(sections),
                    ..StructuredBody::default()
                })),
                ..Body::default()
            })),
            ..ClinicalDocument::default()
        },
    )
}

/// Reads what was written; the declarations that the writer adds to the root are taken away.
fn read(written: &str) -> ClinicalDocument {
    let document = xml::parse(written.as_bytes(), &Limits::default()).unwrap();
    let mut model = model::read(&document, Keep::Meaning).unwrap();
    let added = *model.other.take().unwrap();
    assert!(added.content.is_empty() && added.prefix.is_none());
    assert!(added.attributes.keys().all(|name| name.starts_with("xmlns")), "{added:?}");
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn written_model_is_read_again(model in document()) {
        for style in [Style::Compact, Style::Indented] {
            let written = model::write(&model, style).unwrap();
            prop_assert_eq!(&read(&written), &model, "{}", written);
        }
    }

    #[test]
    fn json_of_a_model_is_read_again(model in document()) {
        let json = serde_json::to_string(&model).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClinicalDocument>(&json).unwrap(), model);
    }
}
