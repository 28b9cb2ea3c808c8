"""What tells who somebody is, and sixty sentences of a radiologist's day that do not."""

import pytest

from precedent_plugin.linting.identity import find_identity


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Seen on 2021-03-04 again.", "date", "2021-03-04"),
        ("Aufnahme vom 04.03.2021", "date", "04.03.2021"),
        ("Aufnahme vom 4.3.21, ap", "date", "4.3.21"),
        ("Compared with 3/14/2019", "date", "3/14/2019"),
        ("Since 12 March 2020 stable", "date", "12 March 2020"),
        ("Since March 12th, 2020 stable", "date", "March 12th, 2020"),
        ("StudyDate 20210304", "date", "20210304"),
        ("MRN: 4711-0815", "record number", "MRN: 4711-0815"),
        ("Accession no. A1234567", "record number", "Accession no. A1234567"),
        ("number 123456789 on it", "record number", "123456789"),
        ("UID 1.2.840.10008.5.1.4.1.1.2", "identifier", "1.2.840.10008.5.1.4.1.1.2"),
        ("Reported by Dr. Miller", "name", "Dr. Miller"),
        ("Herr Müller, 45", "name", "Herr Müller"),
        ("DOE^JANE", "name", "DOE^JANE"),
        ("Patient name: Jane Doe", "name", "Patient name: Jane Doe"),
        ("A 94-year-old woman", "age", "94-year-old"),
        ("aged 101 at the time", "age", "aged 101"),
        ("Write to a.b@hospital.example", "address", "a.b@hospital.example"),
        ("Call +49 221 4780 12", "address", "+49 221 4780 12"),
        ("Call 555 123-4567", "address", "555 123-4567"),
        ("Sent by St. Mary Hospital", "institution", "St. Mary Hospital"),
    ],
)
def test_what_names_somebody_is_found(text: str, kind: str, found: str) -> None:
    findings = list(find_identity(text))
    assert [(one.rule.kind, text[one.start : one.end]) for one in findings] == [(kind, found)]


HARMLESS = """
Is there a fracture of the distal radius?
Degenerative changes at L4/5 and L5/S1.
Compression fracture of T12, about 30 % loss of height.
A nodule of 12 x 14 mm in segment 6.
Mass of 3.4 x 2.1 x 5.6 cm in the left kidney.
Crohn disease of the terminal ileum.
Kerley B lines at both bases.
A density of 45 Hounsfield units.
Grade 3/4 chondropathy.
BI-RADS 4a in the upper outer quadrant.
TI-RADS 5, 1.5 cm.
PI-RADS 4 in the left peripheral zone.
Alzheimer type atrophy.
A 45-year-old man with chest pain.
A 72 year old woman after a fall.
Window 40/400.
W 1500 L -600.
TR 2500 TE 90, slice 5 mm.
120 kVp, 250 mAs.
T2-weighted, fat-saturated.
The heart is not enlarged; ratio 0.48.
Cobb angle of 32 degrees.
Ki-67 of 20 %, ER 90 %, PR 5 %.
H&E, x400.
Gleason 4+3=7.
Stage pT2 pN0 (0/14) M0.
Two of 16 lymph nodes.
Right upper lobe, segments 1/2.
C5/6 disc protrusion.
Hill-Sachs and Bankart lesions.
Weber B fracture.
Garden III.
Salter-Harris II.
Lisfranc injury.
Bosniak IIF cyst.
Chest, lateral.
Left, then right.
Patient positioning is oblique.
Patient rotated to the left.
The patient is intubated.
Patient has a pacemaker.
The patient was supine.
Fleischner recommends CT in 6 to 12 months.
In 1895 X-rays were discovered.
Follow-up in 3/4 of cases.
Scale 1:100.
The SUVmax is 12.3.
ADC of 0.7 x 10^-3 mm2/s.
Doctor and nurse are not in the picture.
Normal study.
May be a cyst.
Marching line of Schmorl nodes.
Ratio 40/35/25.
Serial 1/4.
Volume 1,234,567 voxels.
A 5-mm stone.
FIGO 2018 stage IB1.
Schatzker II of the tibial plateau.
CT of the chest with contrast.
Type II odontoid fracture.
Pulmonary artery of 31 mm.
""".strip().splitlines()


@pytest.mark.parametrize("text", HARMLESS)
def test_everyday_words_are_left_alone(text: str) -> None:
    assert [(one.rule.kind, text[one.start : one.end]) for one in find_identity(text)] == []


def test_there_are_enough_of_them() -> None:
    assert len(HARMLESS) >= 60
