"""Reading DICOM: search, headers, decoders, lookup tables, tags. No Qt."""

import logging

# pydicom's warnings quote the value that is odd, which may be a name or a date; ours count them.
logging.getLogger("pydicom").setLevel(logging.ERROR)
