"""The FHIR R4 side of the embedded journal: store, search, writes and the HTTP interface."""
