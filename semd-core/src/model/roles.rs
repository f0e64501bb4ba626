//! People, organisations and things in their roles.

use super::class::class;
use super::{
    Ad, AuthorityDoc, Cd, DocInfo, Ed, IdentityDoc, Ii, InsurancePolicy, IvlTs, Pn, Pq, Props, St, Tel, Ts,
};

class! {
    /// `patientRole`: the patient.
    PatientRole {
        @class_code "classCode": String;
        id "id": many Ii;
        identity_doc IDENTITY "IdentityDoc": one IdentityDoc;
        insurance_policy IDENTITY "InsurancePolicy": one InsurancePolicy;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        patient "patient": one Patient;
        provider_organization "providerOrganization": one Organization;
    }

    /// `patient`: the person.
    Patient {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        id "id": one Ii;
        name "name": many Pn;
        administrative_gender_code "administrativeGenderCode": one Cd;
        birth_time "birthTime": one Ts;
        marital_status_code "maritalStatusCode": one Cd;
        guardian "guardian": many Guardian;
        birthplace "birthplace": one Birthplace;
    }

    /// `guardian`: who represents the patient.
    Guardian {
        @class_code "classCode": String;
        id "id": many Ii;
        birth_time PII "birthTime": one Ts;
        identity_doc IDENTITY "IdentityDoc": one IdentityDoc;
        authority_doc IDENTITY "AuthorityDoc": one AuthorityDoc;
        code "code": one Cd;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        guardian_person "guardianPerson": one Person;
        guardian_organization "guardianOrganization": one Organization;
    }

    /// `birthplace`.
    Birthplace {
        @class_code "classCode": String;
        place "place": one Place;
    }

    /// `place`.
    Place {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        name "name": one St;
        addr "addr": one Ad;
    }

    /// A person by name alone.
    Person {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        name "name": many Pn;
    }

    /// An organisation.
    Organization {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        id "id": many Ii;
        props IDENTITY "Props": one Props;
        ogrn TMK "ogrn": one St;
        inn TMK "inn": one St;
        name "name": many St;
        telecom "telecom": many Tel;
        addr "addr": many Ad;
        standard_industry_class_code "standardIndustryClassCode": one Cd;
    }

    /// `assignedAuthor`, `assignedEntity`: a member of the staff.
    AssignedEntity {
        @class_code "classCode": String;
        id "id": many Ii;
        code "code": one Cd;
        /// Whether the service is given from afar.
        service_remote MED_SERVICE "serviceRemote": one Cd;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        assigned_person "assignedPerson": one Person;
        assigned_authoring_device "assignedAuthoringDevice": one Device;
        represented_organization "representedOrganization": one Organization;
    }

    /// `associatedEntity`: a participant of the header.
    AssociatedEntity {
        @class_code "classCode": String;
        id "id": many Ii;
        code "code": one Cd;
        doc_info IDENTITY "DocInfo": one DocInfo;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        associated_person "associatedPerson": one Person;
        scoping_organization "scopingOrganization": one Organization;
    }

    /// `relatedEntity`: an informant who is no member of the staff.
    RelatedEntity {
        @class_code "classCode": String;
        code "code": one Cd;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        effective_time "effectiveTime": one IvlTs;
        related_person "relatedPerson": one Person;
    }

    /// `relatedSubject`: whom a statement is about, if not the patient.
    RelatedSubject {
        @class_code "classCode": String;
        identity_doc IDENTITY "IdentityDoc": one IdentityDoc;
        code "code": one Cd;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        subject "subject": one SubjectPerson;
    }

    /// `subject` of a related subject.
    SubjectPerson {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        name "name": many Pn;
        administrative_gender_code "administrativeGenderCode": one Cd;
        birth_time "birthTime": one Ts;
    }

    /// `intendedRecipient`.
    IntendedRecipient {
        @class_code "classCode": String;
        id "id": many Ii;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        information_recipient "informationRecipient": one Person;
        received_organization "receivedOrganization": one Organization;
    }

    /// `participantRole`: a participant of a statement.
    ParticipantRole {
        @class_code "classCode": String;
        id "id": many Ii;
        code "code": one Cd;
        addr "addr": many Ad;
        telecom "telecom": many Tel;
        playing_device "playingDevice": one Device;
        playing_entity "playingEntity": one PlayingEntity;
        scoping_entity "scopingEntity": one ScopingEntity;
    }

    /// A device.
    Device {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        code "code": one Cd;
        manufacturer_model_name "manufacturerModelName": one St;
        software_name "softwareName": one St;
    }

    /// `playingEntity`, `specimenPlayingEntity`: a thing, substance or person.
    PlayingEntity {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        code "code": one Cd;
        quantity "quantity": many Pq;
        name "name": many Pn;
        desc "desc": one Ed;
        props IDENTITY "Props": one Props;
    }

    /// `scopingEntity`.
    ScopingEntity {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        id "id": many Ii;
        code "code": one Cd;
        desc "desc": one Ed;
    }

    /// `specimenRole`.
    SpecimenRole {
        @class_code "classCode": String;
        id "id": many Ii;
        specimen_playing_entity "specimenPlayingEntity": one PlayingEntity;
    }

    /// `manufacturedProduct`: a medicine or material.
    ManufacturedProduct {
        @class_code "classCode": String;
        id "id": many Ii;
        manufactured_labeled_drug "manufacturedLabeledDrug": one Material;
        manufactured_material "manufacturedMaterial": one Material;
        manufacturer_organization "manufacturerOrganization": one Organization;
    }

    /// `manufacturedMaterial`, `manufacturedLabeledDrug`.
    Material {
        @class_code "classCode": String;
        @determiner_code "determinerCode": String;
        code "code": one Cd;
        name "name": one St;
        lot_number_text "lotNumberText": one St;
    }
}
