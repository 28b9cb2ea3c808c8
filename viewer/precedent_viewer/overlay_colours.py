"""Colours of marks over the image, told apart by every kind of colour vision. No Qt.

Images lie on black in both themes, so one set serves both. Each colour stands out from black by at
least 3 to 1 (WCAG 2.2, 1.4.11), marks have a dark rim for light images, and any two that may meet
differ by 20 or more in CIELAB as seen with protanopia, deuteranopia and tritanopia, too. Lines that
mean different things differ in form besides: the ends of a series are dashed, what is chosen has
handles.
"""

ANNOTATION = "#7fd4ff"
CHOSEN = "#ffffff"
REFERENCE_LINE = "#f5c344"
END_LINE = "#8f8cff"
CURSOR = "#ff5f87"

AXIAL = "#f5c344"
CORONAL = "#4d7cff"
SAGITTAL = "#ff5f87"

TOGETHER = (
    (ANNOTATION, CHOSEN, REFERENCE_LINE, END_LINE, CURSOR),
    (AXIAL, CORONAL, SAGITTAL, ANNOTATION, CHOSEN),
)
"""Colours that may lie on one image."""
