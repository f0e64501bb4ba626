//! Sections and clinical statements (CDA R2, 4.3), in the order of the schema.

use super::class::class;
use super::{
    Any, AssignedEntity, Author, Boolean, Cd, DoseQuantity, Ed, Ii, Informant, Int, IvlTs,
    ManufacturedProduct, Narrative, ParticipantRole, Pq, RelatedSubject, RtoPqPq, SectionComponent,
    SpecimenRole, St, Timing,
};

class! {
    /// `section`: narrative for people, entries for machines, sections inside.
    Section {
        @id_attribute "ID": String;
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": one Ii;
        code "code": one Cd;
        title "title": one St;
        text "text": one Narrative;
        confidentiality_code "confidentialityCode": one Cd;
        language_code "languageCode": one Cd;
        subject "subject": one Subject;
        author "author": many Author;
        informant "informant": many Informant;
        entry "entry": many Entry;
        component "component": many SectionComponent;
    }

    /// `entry`: one clinical statement of a section.
    Entry {
        @type_code "typeCode": String;
        @context_conduction_ind "contextConductionInd": Boolean;
        act "act": one Act;
        encounter "encounter": one Encounter;
        observation "observation": one Observation;
        observation_media "observationMedia": one ObservationMedia;
        organizer "organizer": one Organizer;
        procedure "procedure": one Procedure;
        region_of_interest "regionOfInterest": one RegionOfInterest;
        substance_administration "substanceAdministration": one SubstanceAdministration;
        supply "supply": one Supply;
    }

    /// `entryRelationship`: a statement that belongs to another.
    EntryRelationship {
        @type_code "typeCode": String;
        @inversion_ind "inversionInd": Boolean;
        @context_conduction_ind "contextConductionInd": Boolean;
        @negation_ind "negationInd": Boolean;
        sequence_number "sequenceNumber": one Int;
        seperatable_ind "seperatableInd": one super::Bl;
        act "act": one Act;
        encounter "encounter": one Encounter;
        observation "observation": one Observation;
        observation_media "observationMedia": one ObservationMedia;
        organizer "organizer": one Organizer;
        procedure "procedure": one Procedure;
        region_of_interest "regionOfInterest": one RegionOfInterest;
        substance_administration "substanceAdministration": one SubstanceAdministration;
        supply "supply": one Supply;
    }

    /// `component` of an organizer.
    OrganizerComponent {
        @type_code "typeCode": String;
        @context_conduction_ind "contextConductionInd": Boolean;
        sequence_number "sequenceNumber": one Int;
        seperatable_ind "seperatableInd": one super::Bl;
        act "act": one Act;
        encounter "encounter": one Encounter;
        observation "observation": one Observation;
        observation_media "observationMedia": one ObservationMedia;
        organizer "organizer": one Organizer;
        procedure "procedure": one Procedure;
        region_of_interest "regionOfInterest": one RegionOfInterest;
        substance_administration "substanceAdministration": one SubstanceAdministration;
        supply "supply": one Supply;
    }

    /// `act`: a statement of no closer class.
    Act {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        @negation_ind "negationInd": Boolean;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": one IvlTs;
        priority_code "priorityCode": one Cd;
        language_code "languageCode": one Cd;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `encounter`.
    Encounter {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": one IvlTs;
        priority_code "priorityCode": one Cd;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `observation`.
    Observation {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        @negation_ind "negationInd": Boolean;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        derivation_expr "derivationExpr": one St;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": one IvlTs;
        priority_code "priorityCode": one Cd;
        repeat_number "repeatNumber": one Int;
        language_code "languageCode": one Cd;
        value "value": many Any;
        interpretation_code "interpretationCode": many Cd;
        method_code "methodCode": many Cd;
        target_site_code "targetSiteCode": many Cd;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
        reference_range "referenceRange": many ReferenceRange;
    }

    /// `observationMedia`: an attachment.
    ObservationMedia {
        @id_attribute "ID": String;
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": many Ii;
        language_code "languageCode": one Cd;
        value "value": one Ed;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `regionOfInterest`: a part of an attached image.
    RegionOfInterest {
        @id_attribute "ID": String;
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        value "value": many Int;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `organizer`: statements that belong together.
    Organizer {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": one IvlTs;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
        component "component": many OrganizerComponent;
    }

    /// `procedure`.
    Procedure {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        @negation_ind "negationInd": Boolean;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": one IvlTs;
        priority_code "priorityCode": one Cd;
        language_code "languageCode": one Cd;
        method_code "methodCode": many Cd;
        approach_site_code "approachSiteCode": many Cd;
        target_site_code "targetSiteCode": many Cd;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `substanceAdministration`: a medicine prescribed or given.
    SubstanceAdministration {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        @negation_ind "negationInd": Boolean;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": many Timing;
        priority_code "priorityCode": one Cd;
        repeat_number "repeatNumber": one Int;
        route_code "routeCode": one Cd;
        approach_site_code "approachSiteCode": many Cd;
        dose_quantity "doseQuantity": one DoseQuantity;
        rate_quantity "rateQuantity": one DoseQuantity;
        max_dose_quantity "maxDoseQuantity": one RtoPqPq;
        administration_unit_code "administrationUnitCode": one Cd;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        consumable "consumable": one Consumable;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `supply`: something dispensed.
    Supply {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        template_id "templateId": many Ii;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        status_code "statusCode": one Cd;
        effective_time "effectiveTime": many Timing;
        priority_code "priorityCode": many Cd;
        repeat_number "repeatNumber": one Int;
        independent_ind "independentInd": one super::Bl;
        quantity "quantity": one Pq;
        expected_use_time "expectedUseTime": one IvlTs;
        subject "subject": one Subject;
        specimen "specimen": many Specimen;
        product "product": one Consumable;
        performer "performer": many Performer;
        author "author": many Author;
        informant "informant": many Informant;
        participant "participant": many Participant;
        entry_relationship "entryRelationship": many EntryRelationship;
        reference "reference": many Reference;
        precondition "precondition": many Precondition;
    }

    /// `consumable`, `product`.
    Consumable {
        @type_code "typeCode": String;
        manufactured_product "manufacturedProduct": one ManufacturedProduct;
    }

    /// `subject`.
    Subject {
        @type_code "typeCode": String;
        @context_control_code "contextControlCode": String;
        awareness_code "awarenessCode": one Cd;
        related_subject "relatedSubject": one RelatedSubject;
    }

    /// `specimen`.
    Specimen {
        @type_code "typeCode": String;
        specimen_role "specimenRole": one SpecimenRole;
    }

    /// `performer`.
    Performer {
        @type_code "typeCode": String;
        /// Outside CDA R2; some documents have it.
        function_code "functionCode": one Cd;
        time "time": one IvlTs;
        mode_code "modeCode": one Cd;
        assigned_entity "assignedEntity": one AssignedEntity;
    }

    /// `participant`.
    Participant {
        @type_code "typeCode": String;
        @context_control_code "contextControlCode": String;
        time "time": one IvlTs;
        awareness_code "awarenessCode": one Cd;
        participant_role "participantRole": one ParticipantRole;
    }

    /// `reference` to something outside the document.
    Reference {
        @type_code "typeCode": String;
        seperatable_ind "seperatableInd": one super::Bl;
        external_act "externalAct": one External;
        external_observation "externalObservation": one External;
        external_procedure "externalProcedure": one External;
        external_document "externalDocument": one External;
    }

    /// `externalDocument`, `externalAct`, `externalObservation`, `externalProcedure`.
    External {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        id "id": many Ii;
        code "code": one Cd;
        text "text": one Ed;
        set_id "setId": one Ii;
        version_number "versionNumber": one Int;
    }

    /// `precondition`.
    Precondition {
        @type_code "typeCode": String;
        criterion "criterion": one Criterion;
    }

    /// `criterion`.
    Criterion {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        code "code": one Cd;
        text "text": one Ed;
        value "value": one Any;
    }

    /// `referenceRange`.
    ReferenceRange {
        @type_code "typeCode": String;
        observation_range "observationRange": one ObservationRange;
    }

    /// `observationRange`: the values to be expected.
    ObservationRange {
        @class_code "classCode": String;
        @mood_code "moodCode": String;
        code "code": one Cd;
        text "text": one Ed;
        value "value": one Any;
        interpretation_code "interpretationCode": one Cd;
    }
}
