"""Repairs that change the tray alone, each as one change that undo takes back."""

from precedent_plugin.tray import Tray
from precedent_plugin.warnings.repair import MuteShots, RemoveShots, Reorder, Repair


def repair_tray(tray: Tray, repair: Repair) -> bool:
    """Do what a repair says; False when it is none of the tray's."""
    if isinstance(repair, MuteShots):
        tray.mute_all(dict.fromkeys(repair.case_ids, True))
    elif isinstance(repair, RemoveShots):
        tray.remove(repair.case_ids)
    elif isinstance(repair, Reorder):
        tray.set_policy(repair.policy)
    else:
        return False
    return True
