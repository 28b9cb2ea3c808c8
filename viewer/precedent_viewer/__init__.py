"""The DICOM and picture viewer: documents, decoding, display and windows; it knows no model."""
