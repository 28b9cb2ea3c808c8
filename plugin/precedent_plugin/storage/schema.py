"""The schema of the library: one script for each version, counted from 1.

A released script is never edited: a change of the schema is a new one.
"""

from typing import Final

CASES: Final = """
CREATE TABLE images (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    bytes INTEGER NOT NULL CHECK (bytes > 0)
) STRICT;
CREATE TABLE cases (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    rationale TEXT,
    tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    modality TEXT NOT NULL DEFAULT '',
    body_part TEXT NOT NULL DEFAULT '',
    laterality TEXT NOT NULL DEFAULT '',
    window_center REAL,
    window_width REAL,
    patient_key TEXT NOT NULL DEFAULT '',
    study_key TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1,
    trashed_at TEXT
) STRICT;
CREATE INDEX cases_by_patient ON cases (patient_key);
CREATE TABLE case_images (
    case_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL REFERENCES images (sha256),
    PRIMARY KEY (case_number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_images_by_hash ON case_images (sha256);
CREATE TABLE casebooks (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(name) > 0),
    description TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE casebook_cases (
    casebook_number INTEGER NOT NULL REFERENCES casebooks (number) ON DELETE CASCADE,
    case_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (casebook_number, case_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX casebook_cases_by_case ON casebook_cases (case_number);
CREATE VIRTUAL TABLE case_words USING fts5 (
    question, answer, rationale, tags,
    content = 'cases', content_rowid = 'number', prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER case_words_insert AFTER INSERT ON cases BEGIN
    INSERT INTO case_words (rowid, question, answer, rationale, tags)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags);
END;
CREATE TRIGGER case_words_delete AFTER DELETE ON cases BEGIN
    INSERT INTO case_words (case_words, rowid, question, answer, rationale, tags)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags);
END;
CREATE TRIGGER case_words_update AFTER UPDATE OF question, answer, rationale, tags ON cases BEGIN
    INSERT INTO case_words (case_words, rowid, question, answer, rationale, tags)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags);
    INSERT INTO case_words (rowid, question, answer, rationale, tags)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags);
END;
"""

QUESTIONS: Final = """
CREATE TABLE questions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    asked_at TEXT NOT NULL,
    question TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'cancelled', 'failed')),
    answer TEXT NOT NULL,
    model TEXT NOT NULL,
    case_ids TEXT NOT NULL CHECK (json_valid(case_ids)),
    image TEXT NOT NULL REFERENCES images (sha256),
    source TEXT NOT NULL DEFAULT '',
    confidence REAL,
    warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
    patient_key TEXT NOT NULL DEFAULT '',
    study_key TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX questions_by_image ON questions (image);
CREATE INDEX questions_by_patient ON questions (patient_key);
"""

COLLECTION: Final = """
ALTER TABLE cases ADD COLUMN task TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN teaching_point TEXT;
ALTER TABLE cases ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN row_spacing_mm REAL CHECK (row_spacing_mm > 0);
ALTER TABLE cases ADD COLUMN column_spacing_mm REAL CHECK (column_spacing_mm > 0);
ALTER TABLE cases ADD COLUMN mpp REAL CHECK (mpp > 0);
ALTER TABLE cases ADD COLUMN is_inverted INTEGER NOT NULL DEFAULT 0 CHECK (is_inverted IN (0, 1));
CREATE INDEX cases_on_the_shelf ON cases (number) WHERE trashed_at IS NULL;
CREATE TABLE originals (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes > 0)
) STRICT;
ALTER TABLE case_images ADD COLUMN original TEXT REFERENCES originals (sha256);
CREATE INDEX case_images_by_original ON case_images (original) WHERE original IS NOT NULL;
CREATE TABLE case_links (
    case_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('prior-of', 'contrast-to')),
    other_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    PRIMARY KEY (case_number, kind, other_number),
    CHECK (case_number <> other_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_links_by_other ON case_links (other_number);
DROP TRIGGER case_words_insert;
DROP TRIGGER case_words_delete;
DROP TRIGGER case_words_update;
DROP TABLE case_words;
CREATE VIRTUAL TABLE case_words USING fts5 (
    question, answer, rationale, tags, teaching_point, task, modality, body_part, author,
    content = 'cases', content_rowid = 'number', prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER case_words_insert AFTER INSERT ON cases BEGIN
    INSERT INTO case_words
    (rowid, question, answer, rationale, tags, teaching_point, task, modality, body_part, author)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags, new.teaching_point,
        new.task, new.modality, new.body_part, new.author);
END;
CREATE TRIGGER case_words_delete AFTER DELETE ON cases BEGIN
    INSERT INTO case_words (case_words,
    rowid, question, answer, rationale, tags, teaching_point, task, modality, body_part, author)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags,
        old.teaching_point, old.task, old.modality, old.body_part, old.author);
END;
CREATE TRIGGER case_words_update AFTER UPDATE OF
    question, answer, rationale, tags, teaching_point, task, modality, body_part, author
ON cases BEGIN
    INSERT INTO case_words (case_words,
    rowid, question, answer, rationale, tags, teaching_point, task, modality, body_part, author)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags,
        old.teaching_point, old.task, old.modality, old.body_part, old.author);
    INSERT INTO case_words
    (rowid, question, answer, rationale, tags, teaching_point, task, modality, body_part, author)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags, new.teaching_point,
        new.task, new.modality, new.body_part, new.author);
END;
INSERT INTO case_words (case_words) VALUES ('rebuild');
"""

PLACES: Final = """
ALTER TABLE cases ADD COLUMN roi TEXT CHECK (roi IS NULL OR json_valid(roi));
"""

MIGRATIONS: Final[tuple[str, ...]] = (CASES, QUESTIONS, COLLECTION, PLACES)
"""The n-th, counted from 1, brings a database to version n."""
