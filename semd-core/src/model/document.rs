//! The clinical document and its header (CDA R2, 4.2), in the order of the schema.

use super::class::class;
use super::{
    AssignedEntity, AssociatedEntity, Cd, Ed, Ii, Int, IntendedRecipient, IvlTs, Organization, PatientRole,
    RelatedEntity, Section, St, Ts,
};

class! {
    /// `ClinicalDocument`: the whole document.
    ClinicalDocument {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        realm_code "realmCode": many Cd;
        type_id "typeId": one Ii;
        template_id "templateId": many Ii;
        id "id": one Ii;
        code "code": one Cd;
        title "title": one St;
        effective_time "effectiveTime": one Ts;
        confidentiality_code "confidentialityCode": one Cd;
        language_code "languageCode": one Cd;
        set_id "setId": one Ii;
        version_number "versionNumber": one Int;
        copy_time "copyTime": one Ts;
        record_target "recordTarget": many RecordTarget;
        author "author": many Author;
        data_enterer "dataEnterer": one DataEnterer;
        informant "informant": many Informant;
        custodian "custodian": one Custodian;
        information_recipient "informationRecipient": many InformationRecipient;
        legal_authenticator "legalAuthenticator": one Authenticator;
        authenticator "authenticator": many Authenticator;
        participant "participant": many HeaderParticipant;
        in_fulfillment_of "inFulfillmentOf": many InFulfillmentOf;
        documentation_of "documentationOf": many DocumentationOf;
        related_document "relatedDocument": many RelatedDocument;
        authorization "authorization": many Authorization;
        component_of "componentOf": one ComponentOf;
        component "component": one Body;
    }

    /// `recordTarget`: whose record it is.
    RecordTarget {
        @type_code "typeCode": String;
        patient_role "patientRole": one PatientRole;
    }

    /// `author`, in the header and in the body.
    Author {
        @type_code "typeCode": String;
        function_code "functionCode": one Cd;
        time "time": one Ts;
        assigned_author "assignedAuthor": one AssignedEntity;
    }

    /// `dataEnterer`.
    DataEnterer {
        @type_code "typeCode": String;
        time "time": one Ts;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `informant`, in the header and in the body.
    Informant {
        @type_code "typeCode": String;
        assigned_entity "assignedEntity": one AssignedEntity;
        related_entity "relatedEntity": one RelatedEntity;
    }

    /// `custodian`: who keeps the document.
    Custodian {
        @type_code "typeCode": String;
        assigned_custodian "assignedCustodian": one AssignedCustodian;
    }

    /// `assignedCustodian`.
    AssignedCustodian {
        @class_code "classCode": String;
        represented_custodian_organization "representedCustodianOrganization": one Organization;
    }

    /// `informationRecipient`: who gets the document.
    InformationRecipient {
        @type_code "typeCode": String;
        intended_recipient "intendedRecipient": one IntendedRecipient;
    }

    /// `legalAuthenticator`, `authenticator`: who signs.
    Authenticator {
        @type_code "typeCode": String;
        time "time": one Ts;
        signature_code "signatureCode": one Cd;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `participant` of the header: payer, referring and receiving parties.
    HeaderParticipant {
        @type_code "typeCode": String;
        function_code "functionCode": one Cd;
        time "time": one IvlTs;
        associated_entity "associatedEntity": one AssociatedEntity;
    }

    /// `inFulfillmentOf`: the order that is fulfilled.
    InFulfillmentOf {
        @type_code "typeCode": String;
        order "order": one Order;
    }

    /// `order`.
    Order {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        priority_code "priorityCode": one Cd;
    }

    /// `documentationOf`.
    DocumentationOf {
        @type_code "typeCode": String;
        service_event "serviceEvent": one ServiceEvent;
    }

    /// `serviceEvent`: the service that is documented.
    ServiceEvent {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        effective_time "effectiveTime": one IvlTs;
        service_form MED_SERVICE "serviceForm": one Cd;
        service_type MED_SERVICE "serviceType": one Cd;
        service_cond MED_SERVICE "serviceCond": one Cd;
        performer "performer": many HeaderPerformer;
    }

    /// `performer` of a service event.
    HeaderPerformer {
        @type_code "typeCode": String;
        function_code "functionCode": one Cd;
        time "time": one IvlTs;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `relatedDocument`: the document that this one replaces or amends.
    RelatedDocument {
        @type_code "typeCode": String;
        parent_document "parentDocument": one ParentDocument;
    }

    /// `parentDocument`.
    ParentDocument {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        set_id "setId": one Ii;
        version_number "versionNumber": one Int;
    }

    /// `authorization`.
    Authorization {
        @type_code "typeCode": String;
        consent "consent": one Consent;
    }

    /// `consent`.
    Consent {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        status_code "statusCode": one Cd;
    }

    /// `componentOf`.
    ComponentOf {
        @type_code "typeCode": String;
        encompassing_encounter "encompassingEncounter": one EncompassingEncounter;
    }

    /// `encompassingEncounter`: the case of care.
    EncompassingEncounter {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        doc_type MED_SERVICE "DocType": one Cd;
        effective_time "effectiveTime": one IvlTs;
        discharge_disposition_code "dischargeDispositionCode": one Cd;
        responsible_party "responsibleParty": one ResponsibleParty;
        encounter_participant "encounterParticipant": many EncounterParticipant;
        location "location": one Location;
    }

    /// `responsibleParty`.
    ResponsibleParty {
        @type_code "typeCode": String;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `encounterParticipant`.
    EncounterParticipant {
        @type_code "typeCode": String;
        time "time": one IvlTs;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `location`.
    Location {
        @type_code "typeCode": String;
        health_care_facility "healthCareFacility": one HealthCareFacility;
    }

    /// `healthCareFacility`.
    HealthCareFacility {
        @class_code "classCode": String;
        id "id": many Ii;
        code "code": one Cd;
        location "location": one super::Place;
        service_provider_organization "serviceProviderOrganization": one Organization;
    }

    /// `component` of the document.
    Body {
        @type_code "typeCode": String;
        @context_conduction_ind "contextConductionInd": super::Boolean;
        non_xml_body "nonXMLBody": one NonXmlBody;
        structured_body "structuredBody": one StructuredBody;
    }

    /// `nonXMLBody`: a body that is a file.
    NonXmlBody {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        text "text": one Ed;
        confidentiality_code "confidentialityCode": one Cd;
        language_code "languageCode": one Cd;
    }

    /// `structuredBody`: a body of sections.
    StructuredBody {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        confidentiality_code "confidentialityCode": one Cd;
        language_code "languageCode": one Cd;
        component "component": many SectionComponent;
    }

    /// `component` that holds a section.
    SectionComponent {
        @type_code "typeCode": String;
        @context_conduction_ind "contextConductionInd": super::Boolean;
        section "section": one Section;
    }
}
