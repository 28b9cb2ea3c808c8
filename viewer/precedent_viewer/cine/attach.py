"""Cine's commands, its mark on the image, and one player for each viewport."""

from precedent_viewer.builtin.window import number_text
from precedent_viewer.cine.player import Player
from precedent_viewer.commands import Command
from precedent_viewer.parts import Parts
from precedent_viewer.view import View

FASTER = 1.25


class Players:
    """The players of all viewports, made when they are first wanted."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._players: dict[View, Player] = {}

    def of(self, view: View) -> Player:
        """Give a viewport's player."""
        if view not in self._players:
            player = Player(view)
            player.changed.connect(lambda: self._tell(player))
            self._players[view] = player
        return self._players[view]

    @property
    def active(self) -> Player:
        """The player of the viewport that the reader works in."""
        return self.of(self._parts.view.current)

    def stop(self) -> None:
        """Stop all."""
        for player in self._players.values():
            player.stop()

    def _tell(self, player: Player) -> None:
        self._parts.registry.refreshed.emit()
        if player.is_playing:
            self._parts.shell.notify(
                f"Playing {number_text(round(player.rate, 1))} images a second"
            )
        elif player.not_shown:
            every = player.shown + player.not_shown
            self._parts.shell.notify(f"{player.not_shown} of {every} images were not shown in time")
        else:
            self._parts.shell.notify("")


def attach(parts: Parts) -> None:
    """Add the commands of cine."""
    players = Players(parts)
    view = parts.view

    def several() -> bool:
        return view.frame_count > 1

    def change(factor: float) -> None:
        players.active.set_rate(players.active.rate * factor)

    def sweep() -> None:
        player = players.active
        player.way = "loop" if player.way == "sweep" else "sweep"

    parts.registry.add(
        Command("cine.toggle-play", "Play", lambda: players.active.toggle(), "View/Cine", "Space",
                several, "play", "Play the images in the time that the file gives, or stop.",
                checked=lambda: players.active.is_playing),
        Command("cine.play-faster", "Faster", lambda: change(FASTER), "View/Cine", "Ctrl+.",
                several, None, "Play a quarter faster."),
        Command("cine.play-slower", "Slower", lambda: change(1 / FASTER), "View/Cine", "Ctrl+,",
                several, None, "Play a quarter slower."),
        Command("cine.use-own-rate", "Rate of the file", lambda: players.active.set_rate(None),
                "View/Cine", None, several, None, "Play in the frame times of the file again."),
        Command("cine.toggle-sweep", "Forth and back", sweep, "View/Cine", None, several, None,
                "Turn round at the ends in place of beginning anew.",
                checked=lambda: players.active.way == "sweep"),
    )  # fmt: skip
    parts.shell.on_closing(players.stop)
