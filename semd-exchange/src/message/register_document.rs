//! `registerDocument`: the request that registers one document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::person::private_debug;
use super::{Department, MessageError, Patient, Payload, Recipient, Signer};
use crate::checksum::Checksum;
use crate::soap::{Element, XmlWriter};

/// A registration request.
///
/// The same structure in JSON (camelCase names of the service) is the file `NAME.remd.json` of a bundle. Reading a
/// request never fails on absent fields: they are empty, and it is the register's stage 1 that complains about them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterDocumentRequest {
    /// UUID of this document version in the information system; equals `ClinicalDocument/id`.
    pub local_uid: String,
    /// Kind of document, code of НСИ 1.2.643.5.1.13.13.11.1520.
    pub kind: String,
    /// Number of the document in the information system; kinds with a series: series, space, number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// Time of creation, `xs:dateTime`; equals `ClinicalDocument/effectiveTime`, not in the future.
    pub creation_date_time: String,
    /// OID of the organisation in ФРМО.
    pub organization: String,
    /// Department that made the document; required by some kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Identity of the information system in the register (`emdr-rmis-…`), where the route does not imply it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The patient; required or forbidden by the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient>,
    /// Whom the document is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Links to registered documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<Association>,
    /// Checksum of the file, which the register pulls later.
    #[serde(default)]
    pub doc_content: DocContent,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Signature of the organisation; required or forbidden by the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_signature: Option<SignatureData>,
    /// Signatures of persons, at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub personal_signatures: Vec<PersonalSignature>,
    /// Extra attributes, XML by the schema of the kind; required or forbidden by the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pluggable_attributes: Option<String>,
}

private_debug!(RegisterDocumentRequest {
    local_uid,
    kind,
    document_number,
    creation_date_time,
    organization,
    department,
    system,
    patient,
    recipient,
    associations,
    doc_content,
    org_signature,
    personal_signatures
});

/// A link from the document to a registered one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// Registration number (`emdrId`) of the other document.
    pub target: String,
    /// Type of the link, code of НСИ 1.2.643.5.1.13.13.99.2.122.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What the request says about the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocContent {
    /// CRC-32 of the file, see [`Checksum`].
    pub checksum: Option<i64>,
}

/// A detached signature inside a request.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureData {
    /// CMS container, DER, in base64 without line breaks.
    pub data: String,
    /// CRC-32 of the container, see [`Checksum`].
    pub checksum: Option<i64>,
}

// The container holds the signer's certificate.
private_debug!(SignatureData { checksum });

impl SignatureData {
    /// Wraps a DER container.
    pub fn new(der: &[u8], checksum: Checksum) -> Self {
        Self { data: STANDARD.encode(der), checksum: Some(checksum.of(der)) }
    }

    /// Wraps the content of a signature file: DER or BER as it is, PEM and bare base64 without their armour. Anything
    /// else is sent as it is, for the register to refuse.
    pub fn from_file(content: &[u8], checksum: Checksum) -> Self {
        const SEQUENCE: u8 = 0x30;
        if content.first() == Some(&SEQUENCE) {
            return Self::new(content, checksum);
        }
        let text = String::from_utf8_lossy(content);
        let data: String =
            text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
        match STANDARD.decode(&data) {
            Ok(der) if der.first() == Some(&SEQUENCE) => Self::new(&der, checksum),
            _ => Self::new(content, checksum),
        }
    }

    /// The DER container; `None` when the text is not base64. White space is ignored.
    pub fn decode(&self) -> Option<Vec<u8>> {
        let compact: Vec<u8> = self.data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(compact).ok()
    }

    pub(super) fn write(&self, w: &mut XmlWriter, prefix: &str, name: &str) {
        w.element(&format!("{prefix}:{name}"), |w| {
            w.text(&format!("{prefix}:data"), &self.data);
            write_checksum(w, prefix, self.checksum);
        });
    }

    pub(super) fn read(element: Element<'_>) -> Self {
        Self { data: element.text("data").unwrap_or_default(), checksum: read_checksum(element) }
    }
}

/// A signature and the person who made it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalSignature {
    /// The person.
    pub signer: Signer,
    /// The signature.
    pub signature: SignatureData,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

private_debug!(PersonalSignature { signer, signature });

fn write_checksum(w: &mut XmlWriter, prefix: &str, checksum: Option<i64>) {
    if let Some(checksum) = checksum {
        w.text(&format!("{prefix}:checksum"), &checksum.to_string());
    }
}

fn read_checksum(element: Element<'_>) -> Option<i64> {
    element.text("checksum")?.parse().ok()
}

impl RegisterDocumentRequest {
    /// All signatures with the signer of the personal ones, the organisation's last.
    pub fn signatures(&self) -> impl Iterator<Item = (Option<&Signer>, &SignatureData)> {
        let personal = self.personal_signatures.iter().map(|item| (Some(&item.signer), &item.signature));
        personal.chain(self.org_signature.iter().map(|signature| (None, signature)))
    }
}

impl Payload for RegisterDocumentRequest {
    const ROOT: &'static str = "ser:registerDocumentRequest";
    const ACTION: &'static str = "registerDocument";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("ser:localUid", &self.local_uid);
        w.text("ser:kind", &self.kind);
        w.optional("ser:documentNumber", self.document_number.as_deref());
        w.text("ser:creationDateTime", &self.creation_date_time);
        w.text("ser:organization", &self.organization);
        if let Some(department) = &self.department {
            department.write(w);
        }
        w.optional("ser:system", self.system.as_deref());
        if let Some(patient) = &self.patient {
            patient.write(w);
        }
        if let Some(recipient) = &self.recipient {
            recipient.write(w);
        }
        if !self.associations.is_empty() {
            w.element("ser:associations", |w| {
                for association in &self.associations {
                    w.element("ser:item", |w| {
                        w.text("ser:target", &association.target);
                        w.text("ser:type", &association.kind);
                    });
                }
            });
        }
        w.element("ser:docContent", |w| write_checksum(w, "ser", self.doc_content.checksum));
        w.optional("ser:description", self.description.as_deref());
        if let Some(signature) = &self.org_signature {
            signature.write(w, "ser", "orgSignature");
        }
        if !self.personal_signatures.is_empty() {
            w.element("ser:personalSignatures", |w| {
                for item in &self.personal_signatures {
                    w.element("ser:item", |w| {
                        item.signer.write(w);
                        item.signature.write(w, "ser", "signature");
                        w.optional("ser:description", item.description.as_deref());
                    });
                }
            });
        }
        w.optional("ser:pluggableAttributes", self.pluggable_attributes.as_deref());
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        // Some gateways wrap the fields once more.
        let root = root.child("document").or(root.child("documentDto")).unwrap_or(root);
        Ok(Self {
            local_uid: root.text("localUid").unwrap_or_default(),
            kind: root.code("kind").unwrap_or_default(),
            document_number: root.text("documentNumber"),
            creation_date_time: root.text("creationDateTime").unwrap_or_default(),
            organization: root.code("organization").unwrap_or_default(),
            department: root.child("department").map(Department::read),
            system: root.code("system"),
            patient: root.child("patient").map(Patient::read),
            recipient: root.child("recipient").map(Recipient::read),
            associations: root
                .items("associations")
                .into_iter()
                .map(|item| Association {
                    target: item.text("target").unwrap_or_default(),
                    kind: item.code("type").unwrap_or_default(),
                })
                .collect(),
            doc_content: DocContent { checksum: root.child("docContent").and_then(read_checksum) },
            description: root.text("description"),
            org_signature: root.child("orgSignature").map(SignatureData::read),
            personal_signatures: root
                .items("personalSignatures")
                .into_iter()
                .map(|item| PersonalSignature {
                    signer: item.child("signer").map(Signer::read).unwrap_or_default(),
                    signature: item.child("signature").map(SignatureData::read).unwrap_or_default(),
                    description: item.text("description"),
                })
                .collect(),
            pluggable_attributes: root.text("pluggableAttributes"),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    /// A request with every field filled.
    pub(crate) fn full_request() -> RegisterDocumentRequest {
        RegisterDocumentRequest {
            local_uid: "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10".into(),
            kind: "119".into(),
            document_number: Some("77АА 1234567891".into()),
            creation_date_time: "2026-05-14T10:15:00.000+03:00".into(),
            organization: "1.2.643.5.1.13.13.12.2.77.999001".into(),
            department: Some(Department {
                local_id: "1.2.643.5.1.13.13.12.2.77.999001.0.111111".into(),
                name: Some("Отделение".into()),
            }),
            system: Some("emdr-rmis-1".into()),
            patient: Some(Patient {
                local_id: "P-42".into(),
                surname: "Тестов".into(),
                name: "Тест".into(),
                patr_name: Some("Тестович".into()),
                birth_date: Some("1980-01-02".into()),
                snils: Some("11223344595".into()),
                gender: Some("1".into()),
            }),
            recipient: Some(Recipient {
                kind: "MEDICAL_ORGANIZATION".into(),
                organization: Some("1.2.643.5.1.13.13.12.2.77.0001".into()),
                ..Recipient::default()
            }),
            associations: vec![Association { target: "119.77.26.05.000000001".into(), kind: "1".into() }],
            doc_content: DocContent { checksum: Some(-1_234_567_890) },
            description: Some("<описание>".into()),
            org_signature: Some(SignatureData::new(b"org", Checksum::default())),
            personal_signatures: vec![PersonalSignature {
                signer: Signer {
                    local_id: "D-7".into(),
                    surname: "Врачёв".into(),
                    name: "Врач".into(),
                    patr_name: Some("Врачевич".into()),
                    birth_date: Some("1975-05-05".into()),
                    snils: "11223344595".into(),
                    role: "AUTHOR".into(),
                    position: Some("73".into()),
                    speciality: Some("8".into()),
                    department: None,
                },
                signature: SignatureData::new(b"doctor", Checksum::default()),
                description: Some("подпись".into()),
            }],
            pluggable_attributes: Some("<attributes><a>1</a></attributes>".into()),
        }
    }

    #[test]
    fn request_survives_the_envelope() {
        let request = full_request();
        let bytes = request.envelope(&RegisterDocumentRequest::headers());
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(received.action.as_deref(), Some("registerDocument"));
        assert_eq!(RegisterDocumentRequest::read(received.payload()), Ok(request));
    }

    #[test]
    fn request_survives_json_with_the_names_of_the_service() {
        let request = full_request();
        let json = serde_json::to_value(&request).unwrap();
        assert_eq!(json["personalSignatures"][0]["signer"]["patrName"], "Врачевич");
        assert_eq!(json["associations"][0]["type"], "1");
        assert_eq!(serde_json::from_value::<RegisterDocumentRequest>(json).unwrap(), request);
    }

    #[test]
    fn request_with_coded_objects_and_without_fields_is_read() {
        let bytes = concat!(
            "<Envelope><Body><registerDocumentRequest><kind><code>58</code><displayName>x</displayName></kind>",
            "<personalSignatures><item><signature><data> QUJ\n D </data></signature></item></personalSignatures>",
            "</registerDocumentRequest></Body></Envelope>"
        );
        let received = Received::read(bytes.as_bytes(), &Limits::default()).unwrap();
        let request = RegisterDocumentRequest::read(received.payload()).unwrap();
        assert_eq!(request.kind, "58");
        assert_eq!(request.local_uid, "");
        assert_eq!(request.personal_signatures[0].signature.decode().as_deref(), Some(&b"ABC"[..]));
    }

    #[test]
    fn other_message_is_refused_by_name() {
        let received = Received::read(b"<Envelope><Body><x/></Body></Envelope>", &Limits::default()).unwrap();
        assert!(matches!(
            RegisterDocumentRequest::read(received.payload()),
            Err(MessageError::Unexpected { found, .. }) if found == "x"
        ));
    }

    #[test]
    fn signature_file_of_any_armour_gives_the_same_data() {
        let der = [0x30, 3, 2, 1, 5];
        let expected = SignatureData::new(&der, Checksum::default());
        let base64 = STANDARD.encode(der);
        let pem = format!("-----BEGIN CMS-----\r\n{base64}\r\n-----END CMS-----\r\n");
        for file in [&der[..], base64.as_bytes(), pem.as_bytes()] {
            assert_eq!(SignatureData::from_file(file, Checksum::default()), expected);
        }
        let garbage = SignatureData::from_file(b"garbage", Checksum::default());
        assert_eq!(garbage.decode().as_deref(), Some(&b"garbage"[..]));
    }

    #[test]
    fn debug_output_hides_persons() {
        let text = format!("{:?}", full_request());
        assert!(!text.contains("Тестов") && !text.contains("Врач"), "{text}");
    }
}
