"""The resource types of FHIR R4 (4.0.1), and the elements without which a resource is refused."""

from __future__ import annotations

from typing import Any

from sandbox.fhir.refusal import Refusal

_NAMES = """
Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic
Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry
ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication
CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage
CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric
DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis
Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence
EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group
GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation
ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure
MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient
MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader
MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition
OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation
Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse
RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject
RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen
SpecimenDefinition StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid
SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript
ValueSet VerificationResult VisionPrescription
"""
R4_TYPES = frozenset(_NAMES.split())

_REQUIRED = {
    "AllergyIntolerance": ("patient",),
    "Appointment": ("status", "participant"),
    "AuditEvent": ("type", "recorded", "agent", "source"),
    "CarePlan": ("status", "intent", "subject"),
    "Communication": ("status",),
    "Condition": ("subject",),
    "DocumentReference": ("status", "content"),
    "Encounter": ("status", "class"),
    "Flag": ("status", "code", "subject"),
    "Goal": ("lifecycleStatus", "description", "subject"),
    "MedicationAdministration": ("status", "subject"),
    "MedicationRequest": ("status", "intent", "subject"),
    "Observation": ("status", "code"),
    "Provenance": ("target", "recorded", "agent"),
    "RelatedPerson": ("patient",),
    "ServiceRequest": ("status", "intent", "subject"),
    "Task": ("status", "intent"),
}
# Elements that are objects, never a bare text, and elements that are lists wherever they are.
_OBJECTS = ("subject", "patient", "meta")
_LISTS = ("extension", "contained")
# Elements that are lists in the types that the clinical screens read.
_CLINICAL_LISTS = ("identifier", "category", "component", "participant", "name", "telecom")
_CLINICAL = frozenset({*_REQUIRED, "Patient", "Practitioner"}) - {"MedicationAdministration"}


def check_shape(resource: dict[str, Any], type_: str | None = None) -> str:
    """Return the type of a resource that has the shape of its type.

    Raises:
        Refusal: not an R4 type, not the type that was asked for, or an element is missing or malformed.
    """
    found = resource.get("resourceType")
    if not isinstance(found, str) or found not in R4_TYPES:
        raise Refusal(400, "structure", "resourceType is missing or is no FHIR R4 type.")
    if type_ is not None and found != type_:
        raise Refusal(400, "invalid", f"The resource is not of type {type_}.", expression=found)
    for name in _REQUIRED.get(found, ()):
        if resource.get(name) in (None, "", [], {}):
            raise Refusal(422, "required", f"{found}.{name} is required.", expression=f"{found}.{name}")
    _check_kinds(resource, found)
    return found


def _check_kinds(resource: dict[str, Any], found: str) -> None:
    for name in _OBJECTS:
        if name in resource and not isinstance(resource[name], (dict, list)):
            raise Refusal(
                422, "structure", f"{found}.{name} must be an object.", expression=f"{found}.{name}"
            )
    for name in _LISTS + (_CLINICAL_LISTS if found in _CLINICAL else ()):
        if name in resource and not isinstance(resource[name], list):
            raise Refusal(422, "structure", f"{found}.{name} must be a list.", expression=f"{found}.{name}")
