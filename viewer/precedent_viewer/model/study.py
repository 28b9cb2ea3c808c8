"""What is open: studies, their series, and the frames of each series in reading order.

Records are immutable; `StudyTree` is changed on the GUI thread only and says so by signals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from psygnal import Signal

from precedent_viewer.model.change import Change, Taken
from precedent_viewer.model.order import Placed, Reading, in_reading_order, natural_key, placed
from precedent_viewer.model.phases import Phase
from precedent_viewer.model.plane import Plane, Point
from precedent_viewer.model.splitting import SeriesStacks
from precedent_viewer.model.stacks import NOTHING_ODD, StackFacts, orientation_word, stack_facts

if TYPE_CHECKING:
    from precedent_viewer.dicom.frames import FramePixels
    from precedent_viewer.model.document import Document

InstanceKind = Literal["dicom", "picture", "volume", "reslice"]
"""`volume` is NIfTI and NRRD; a `reslice` is made of other images and has no file of its own."""


class FrameReader(Protocol):
    """Gives frames that no DICOM file or picture holds as they are."""

    def read(self, index: int) -> FramePixels:
        """Give one frame; called on a worker. Raises a ViewerError."""
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """What a file says about patient, study and series; "" where it says nothing."""

    patient_name: str = ""
    patient_id: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    study_description: str = ""
    study_date: str = ""
    """YYYYMMDD."""
    study_time: str = ""
    accession_number: str = ""
    series_description: str = ""
    series_number: int | None = None
    body_part: str = ""
    laterality: str = ""
    """"R", "L", "B", "U" or ""."""
    manufacturer: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """One file that can be shown."""

    path: Path
    kind: InstanceKind
    sop_instance_uid: str
    series_uid: str
    study_uid: str
    number_of_frames: int
    rows: int
    columns: int
    """Size of the first frame; pages of a TIFF may differ."""
    modality: str = ""
    """"CT", "MR"...; pictures have "PICTURE"."""
    transfer_syntax_uid: str = ""
    sop_class_uid: str = ""
    instance_number: int | None = None
    position: Point | None = None
    """Centre of the first transmitted pixel in patient mm (LPS); of the first frame."""
    orientation: tuple[float, float, float, float, float, float] | None = None
    """Direction of a row, then of a column, in patient space; of the first frame."""
    pixel_spacing_mm: tuple[float, float] | None = None
    """Between rows, then between columns; of the first frame."""
    is_spacing_at_detector: bool = False
    is_calibration_unknown: bool = False
    """Whether a projection does not tell if its spacing is that of the patient."""
    """The spacing was measured at the detector: lengths in the patient are smaller."""
    aspect: float = 1.0
    """Height of a pixel over its width."""
    patient_orientation: tuple[str, str] | None = None
    """Where rows and columns point to in letters, for images without geometry (radiographs)."""
    planes: tuple[Plane, ...] = ()
    """One a frame where frames lie in different places; else empty."""
    description: Description = Description()
    frame_of_reference_uid: str = ""
    """Images of one frame of reference have positions that mean the same."""
    phases: tuple[Phase, ...] = ()
    """What it says about echo, diffusion and time: one for all frames, or one a frame."""
    frame_times_ms: tuple[float, ...] = ()
    """How long each frame stays, one for all of them, or empty when the file does not say."""
    lossy: str = ""
    """What lossy compression did to the image, `lossy 12:1`; "" for images that never were."""
    pixel_data_bytes: int = 0
    """From the beginning of the pixel data to the end of the file: a copy that was cut off has
    fewer. 0 for what is no DICOM file."""
    reader: FrameReader | None = None
    """Where the frames come from when it is not the file alone."""

    def __hash__(self) -> int:
        """Hash the file alone: frames are looked up often, and planes may be thousands."""
        return hash((self.path, self.sop_instance_uid))

    @property
    def plane(self) -> Plane | None:
        """Where the first frame lies in the patient."""
        if self.position is None or self.orientation is None:
            return None
        return Plane(self.position, self.orientation, self.pixel_spacing_mm)


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that can be painted."""

    instance: Instance
    index: int
    """0 is the first frame of the file."""

    @property
    def plane(self) -> Plane | None:
        """Where it lies in the patient, None when the file does not say."""
        planes = self.instance.planes
        return planes[self.index] if self.index < len(planes) else self.instance.plane


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that cannot be shown."""

    path: Path
    reason: str
    """One sentence."""


class Series:
    """Frames that belong together, in reading order."""

    def __init__(self, uid: str, first: Instance, part: str = "") -> None:
        self.uid = uid
        """Series Instance UID; with a slash and a number for further stacks of one series."""
        self.part = part
        """What tells this stack from others of its series: "sagittal", "256 x 256"."""
        self.modality = first.modality
        self.description = first.description
        self._first = first
        self._kind = first.kind
        self._instances: list[Instance] = []
        self._placed: list[Placed] = []
        self._reading: Reading | None = None
        self._facts: StackFacts | None = None
        self._is_settled = True

    @classmethod
    def of(cls, instance: Instance) -> Series:
        """Give a series of one instance that is in no tree, such as a reformat."""
        series = cls(instance.series_uid, instance)
        series.add(instance)
        return series

    @property
    def title(self) -> str:
        """Its description, else its number, else its modality; a folder's name for pictures."""
        whole = self._whole_title
        return f"{whole}, {self.part}" if self.part else whole

    @property
    def _whole_title(self) -> str:
        said = self.description
        if said.series_description:
            return said.series_description
        if said.series_number is not None:
            return f"Series {said.series_number}"
        return f"{self.modality} series" if self.modality else "Series"

    @property
    def instances(self) -> tuple[Instance, ...]:
        """The files, in the order in which they were found."""
        return tuple(self._instances)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All frames: along the slice normal, else by instance number, else by path."""
        return self._read.frames

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases, each a stack of its own; empty when no place is repeated."""
        return self._read.phases

    @property
    def facts(self) -> tuple[str, ...]:
        """What a reader must know of the stack, in sentences: gaps, missing slices, tilt.

        Nothing while its images are still being found.
        """
        return tuple(fact.sentence for fact in self._told.facts)

    @property
    def fact_words(self) -> tuple[str, ...]:
        """The same in a word or two each: "1 slice missing"."""
        return tuple(fact.words for fact in self._told.facts)

    def gap_at(self, index: int) -> str:
        """Say what is missing before or after a frame, by its place in `frames`; "" for nothing."""
        length = len(self.frames) // max(len(self.phases), 1)
        return self._told.gaps.get(index % max(length, 1), "")

    @property
    def _told(self) -> StackFacts:
        if not self._is_settled or self.modality == "SEG":
            # A slice that is not found yet is not missing, and one without a segment is left out.
            return NOTHING_ODD
        if self._facts is None:
            self._facts = stack_facts(self._read)
        return self._facts

    @property
    def _read(self) -> Reading:
        if self._reading is None:
            self._reading = in_reading_order(self._placed)
        return self._reading

    def add(self, instance: Instance) -> None:
        """Take in another file; series of the tree grow through `StudyTree.add` alone."""
        self._instances.append(instance)
        key = natural_key(str(instance.path))
        frames = (Frame(instance, index) for index in range(instance.number_of_frames))
        self._placed += [placed(frame, key) for frame in frames]
        self._reading = self._facts = None


class Study:
    """The series of one examination."""

    def __init__(self, uid: str, first: Instance) -> None:
        self.uid = uid
        self.description = first.description
        self._kind = first.kind
        self._series: dict[str, Series] = {}
        self._stacks: dict[str, SeriesStacks] = {}
        self._by_stack: dict[tuple[str, int], Series] = {}

    @property
    def title(self) -> str:
        """Its description and date, without the patient's name."""
        if self._kind == "picture":
            return self.description.study_description or "Pictures"
        parts = (self.description.study_description or "Study", _date(self.description.study_date))
        return ", ".join(part for part in parts if part)

    @property
    def patient(self) -> str:
        """The patient's name as read aloud, else the identifier, else ""."""
        return self.description.patient_name or self.description.patient_id

    @property
    def series(self) -> tuple[Series, ...]:
        """By series number, those without one last, in the order in which they came."""
        return tuple(sorted(self._series.values(), key=_series_key))

    def _take(self, instance: Instance) -> Taken:
        """Put an instance on the stack on which it belongs."""
        whole = instance.series_uid
        place = self._stacks.setdefault(whole, SeriesStacks()).place(instance)
        known = self._by_stack.get((whole, place.number))
        number = f"/{place.number}" if place.number > 1 else ""
        series = known or Series(f"{whole}{number}", instance)
        self._by_stack[whole, place.number] = self._series[series.uid] = series
        gone = [one for at in place.joined if (one := self._by_stack.pop((whole, at), None))]
        for one in gone:
            del self._series[one.uid]
            for part in one.instances:
                series.add(part)
        series.add(instance)
        if known is None or gone:
            self._name_parts(whole)
        return Taken(series, known is None, tuple(gone))

    def _name_parts(self, whole: str) -> None:
        """Let the stacks of a DICOM series say what tells them apart."""
        stacks = [one for (uid, _), one in self._by_stack.items() if uid == whole]
        for one in stacks:
            one.part = _part(stacks, one) if len(stacks) > 1 else ""


class StudyTree:
    """Everything that is open."""

    series_added = Signal(Series)
    series_changed = Signal(Series)
    """Frames came to a series that was there before."""
    series_joined = Signal(Series, Series)
    """The first is gone: it turned out to be a part of the second, which has its frames."""
    document_added = Signal(object)
    """A `Document` that was not there before."""
    refused_changed = Signal()
    """Files were refused, or one that was can be shown now."""
    cleared = Signal()
    """Everything was closed."""

    def __init__(self) -> None:
        self._studies: dict[str, Study] = {}
        self._refused: dict[Path, RefusedFile] = {}
        self._documents: dict[Path, Document] = {}
        self._paths: set[Path] = set()
        self._growing: dict[str, Series] | None = None

    def grow(self) -> None:
        """Expect more files: nothing is said of gaps in what comes until `settle`."""
        if self._growing is None:
            self._growing = {}

    def settle(self) -> None:
        """Take what came for all there is; series with something odd tell of their change."""
        growing, self._growing = self._growing or {}, None
        for series in growing.values():
            series._is_settled = True
            if series.facts:
                self.series_changed.emit(series)

    @property
    def studies(self) -> tuple[Study, ...]:
        """In the order in which they were opened."""
        return tuple(self._studies.values())

    @property
    def refused(self) -> tuple[RefusedFile, ...]:
        """Files that cannot be shown, each with its reason."""
        return tuple(self._refused.values())

    @property
    def documents(self) -> tuple[Document, ...]:
        """What is no plain image, in the order in which it was found."""
        return tuple(self._documents.values())

    def add_document(self, document: Document) -> None:
        """Take in what is no plain image; a file that is there already changes nothing."""
        if document.path in self._documents:
            return
        self._documents[document.path] = document
        if self._refused.pop(document.path, None) is not None:
            self.refused_changed.emit()
        self.document_added.emit(document)

    def add(self, instance: Instance) -> None:
        """Take in a file; a file that is there already changes nothing."""
        self.add_all((instance,))

    def add_all(self, instances: Iterable[Instance]) -> None:
        """Take in several files; each series tells of its change once, at the end."""
        change = Change()
        was_refused = False
        for instance in instances:
            if instance.path in self._paths:
                continue
            self._paths.add(instance.path)
            was_refused |= self._refused.pop(instance.path, None) is not None
            taken = self._study_of(instance)._take(instance)
            if self._growing is not None:
                taken.series._is_settled = False
                self._growing[taken.series.uid] = taken.series
            change.note(taken)
        change.tell(self)
        if was_refused:
            self.refused_changed.emit()

    def refuse(self, path: Path, reason: str) -> None:
        """Note a file that cannot be shown."""
        self.refuse_all((RefusedFile(path, reason),))

    def refuse_all(self, files: Iterable[RefusedFile]) -> None:
        """Note several files; the newest reason of a file counts. Told once, at the end."""
        is_new = False
        for file in files:
            is_new |= self._refused.get(file.path) != file
            self._refused[file.path] = file
        if is_new:
            self.refused_changed.emit()

    def clear(self) -> None:
        """Close everything."""
        self._studies.clear()
        self._refused.clear()
        self._documents.clear()
        self._paths.clear()
        self._growing = None if self._growing is None else {}
        self.cleared.emit()

    def _study_of(self, instance: Instance) -> Study:
        study = self._studies.get(instance.study_uid)
        if study is None:
            study = Study(instance.study_uid, instance)
            self._studies[study.uid] = study
        return study


def _part(stacks: list[Series], one: Series) -> str:
    """Say in a word what tells a stack from the others of its series."""
    words = [_orientation(series) for series in stacks]
    mine = _orientation(one)
    if mine and len(set(words)) == len(words):
        return mine
    size = f"{one._first.columns} \N{MULTIPLICATION SIGN} {one._first.rows}"
    return f"{mine}, {size}" if mine else size


def _orientation(series: Series) -> str:
    plane = series._first.plane
    return "" if plane is None else orientation_word(plane)


def _series_key(series: Series) -> tuple[bool, int]:
    number = series.description.series_number
    return (number is None, 0 if number is None else number)


def _date(text: str) -> str:
    is_date = len(text) == 8 and text.isdigit()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if is_date else text
