"""What was sent: the picture as it was on the screen, framed where the model saw it."""

import io

from PIL import Image
from qtpy.QtWidgets import QApplication

from precedent_inference.protocol import Sent
from precedent_plugin.panels.sent import Original, SentView, seen_words


def png(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (9, 9, 9)).save(target, "PNG")
    return target.getvalue()


def test_a_cropped_picture_says_what_the_model_saw() -> None:
    original = Original(b"", "ab" * 32, (40.0, 0.0, 120.0, 120.0))
    words = seen_words(200, 120, original)
    assert "200 x 120 pixels. The model saw 120 x 120 of them from (40, 0) on" in words


def test_a_whole_picture_is_said_to_be_whole() -> None:
    assert "saw all of it" in seen_words(120, 120, Original(b"", "ab" * 32, (0, 0, 120, 120)))
    assert "model" not in seen_words(120, 120, Original(b"", "ab" * 32))


def test_the_frame_and_the_hashes_are_shown_when_it_is_unfolded(qapp: QApplication) -> None:
    view = SentView()
    kept = (40.0, 0.0, 120.0, 120.0)
    view.show_sent(
        Sent("<image>", (png(64, 64),)), ["This"], Original(png(200, 120), "c" * 64, kept)
    )
    view.fold.setChecked(True)
    assert view.original.picture._roi is not None
    assert view.original.picture._roi.x == 40.0
    assert view.original.digest.text().replace("\n", "") == "SHA-256" + "c" * 64
