"""What of a file's header measurements need beside the pixels. No Qt."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from precedent_viewer.dicom.opened import file_version, open_dicom
from precedent_viewer.dicom.ultrasound import UltrasoundRegion, ultrasound_regions
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import Frame
from precedent_viewer.volume.suv import SuvError, SuvScale, suv_scale


@dataclass(frozen=True, slots=True)
class Calibration:
    """What of a file's header measurements need beside the pixels."""

    regions: tuple[UltrasoundRegion, ...] = ()
    suv: SuvScale | None = None
    suv_problem: str = ""


def calibration_of(frame: Frame) -> Calibration:
    """Read what a frame's file says about regions and uptake, once."""
    instance = frame.instance
    if instance.kind not in ("dicom", "reslice") or instance.modality not in ("US", "IVUS", "PT"):
        return Calibration()
    try:
        return _calibration(instance.path, file_version(instance.path))
    except ViewerError:
        # A file that went away has no header to calibrate by; its pixels are still on the screen.
        return Calibration(suv_problem="The file is gone, so its calibration is not known.")


@lru_cache(maxsize=256)
def _calibration(path: Path, version: tuple[int, int]) -> Calibration:
    dataset = open_dicom(path).dataset
    regions = ultrasound_regions(dataset)
    try:
        suv = suv_scale(dataset) if dataset.get("Modality") == "PT" else None
    except SuvError as error:
        return Calibration(regions, None, str(error))
    return Calibration(regions, suv)
