"""Reading DICOM: search, headers, decoders, lookup tables, tags. No Qt."""

import logging

# pydicom quotes the value that is odd, which may be a name or a date: it stays out of the log.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
