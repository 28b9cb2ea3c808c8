"""Names of the pictures and originals that lie in folders, inside the caller's transaction."""

import sqlite3

from precedent_plugin.pictures import png_size


def insert_image(connection: sqlite3.Connection, sha256: str, png: bytes) -> None:
    """Name a picture that lies in the folder."""
    width, height = png_size(png)
    connection.execute(
        "INSERT INTO images (sha256, width, height, bytes) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (sha256, width, height, len(png)),
    )


def insert_original(connection: sqlite3.Connection, sha256: str, size: int) -> None:
    """Name an original that lies in the folder."""
    connection.execute(
        "INSERT INTO originals (sha256, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (sha256, size),
    )


def delete_unused(connection: sqlite3.Connection) -> None:
    """Forget the pictures and originals that no case and no question names."""
    connection.execute(
        "DELETE FROM images WHERE sha256 NOT IN (SELECT sha256 FROM case_images)"
        " AND sha256 NOT IN (SELECT image FROM questions)"
    )
    connection.execute(
        "DELETE FROM originals WHERE sha256 NOT IN"
        " (SELECT original FROM case_images WHERE original IS NOT NULL)"
    )


def named_images(connection: sqlite3.Connection) -> frozenset[str]:
    """Give the hashes of all pictures that are kept."""
    return frozenset(row[0] for row in connection.execute("SELECT sha256 FROM images"))


def named_originals(connection: sqlite3.Connection) -> frozenset[str]:
    """Give the hashes of all originals that are kept."""
    return frozenset(row[0] for row in connection.execute("SELECT sha256 FROM originals"))
