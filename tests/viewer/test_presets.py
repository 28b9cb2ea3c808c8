"""Window presets."""

from precedent_resources import resource
from precedent_viewer.model.voi import Window
from precedent_viewer.presets import PRESET_KEYS, load_presets, presets_for

PRESETS = load_presets(resource("presets", "windows.json"))


def test_a_ct_has_the_shipped_windows_whatever_the_file_says() -> None:
    names = [window.name for window in presets_for(PRESETS, "CT", (Window(1, 2),))]
    assert {"Lung", "Bone", "Brain"} <= set(names)
    assert len(names) == PRESET_KEYS


def test_others_have_the_windows_of_their_file() -> None:
    windows = (Window(100, 200), Window(300, 600))
    assert presets_for(PRESETS, "MR", windows) == windows


def test_pet_has_no_preset_in_suv_while_values_are_becquerels() -> None:
    assert presets_for(PRESETS, "PT", ()) == ()
